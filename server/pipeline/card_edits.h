// An edit changes a card that was sent before. It is worth nothing once the card cannot be changed
// or a later edit stands behind it; then it is skipped and nobody is alarmed.
#pragma once

#include <cstdint>

#include "handlers/channel.h"
#include "server/pipeline/lane.h"

namespace huiyin {

enum class EditStep {
  send,
  skip,
  look_up,  // its card was sent, but by which handle it is found only the store knows
};
// Of the lane's head `seq`, which is an edit.
EditStep edit_step(const Lane& lane, std::int64_t seq, const Channel& platform);

// A card was sent or changed: by `handle` (empty: never again) its other edits find it.
void set_handle(Lane& lane, NoticeId card, const std::string& handle);

}  // namespace huiyin
