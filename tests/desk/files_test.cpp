// Photos, recordings, videos: they reach the case that they belong to, and those who may see them.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace people = fakes::people;

Message file(MessageKind kind, const std::string& text = {}) {
  Message message;
  message.kind = kind;
  message.text = text;
  message.media_id = "MEDIA-9";
  message.media_format = "amr";
  return message;
}

std::vector<MediaKind> kinds_of(const std::vector<CaseMedia>& files) {
  std::vector<MediaKind> found;
  for (const auto& one : files) found.push_back(one.kind);
  return found;
}

const NoticeDraft& first_to(const Decision& decision, PersonId who) {
  for (const auto& notice : decision.notices)
    if (notice.to == who && !notice.edits) return notice;
  throw std::runtime_error{"nothing for that person"};
}

TEST(Files, are_ordered_for_the_case_that_they_go_to) {
  struct Row {
    const char* label;
    std::vector<Line> before;
    MessageKind kind;
    const char* words;
    std::vector<std::string> kinds;
    const char* text;  // of the case
  };
  const Line lamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
  for (const Row& row : {
           Row{"photo_first", {}, MessageKind::image, "", {"reporter/ask_problem"}, "[图片]"},
           Row{"photo_with_words",
               {},
               MessageKind::image,
               "楼家村路灯坏了",
               {"owner/card", "reporter/registered"},
               "[图片] 楼家村路灯坏了"},
           Row{"photo_after",
               {lamp},
               MessageKind::image,
               "",
               {"reporter/supplemented", "owner/supplement"},
               "楼家村路灯坏了\n[图片]"},
           Row{"video",
               {lamp},
               MessageKind::video,
               "",
               {"reporter/supplemented", "owner/supplement"},
               "楼家村路灯坏了\n[视频]"},
           Row{"voice_with_words",
               {},
               MessageKind::voice,
               "楼家村路灯坏了",
               {"owner/card", "reporter/registered"},
               "[语音] 楼家村路灯坏了"},
           Row{"voice_alone",
               {{"甲", "绑定 楼家村", {"reporter/bound"}}},
               MessageKind::voice,
               "",
               {"owner/card", "reporter/registered"},
               "[语音] 没有转成文字"},
           Row{"voice_from_nowhere",
               {},
               MessageKind::voice,
               "",
               {"reporter/ask_place"},
               "[语音] 没有转成文字"},
           Row{"answer",
               {lamp, {"instructor", "追问 是哪一盏？", {"reporter/question", "owner/done"}}},
               MessageKind::image,
               "",
               {"reporter/answered", "owner/answer"},
               "楼家村路灯坏了\n[图片]"},
       }) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    play(desk, row.before);
    const auto decision = desk.send("甲", file(row.kind, row.words));
    EXPECT_THAT(desk.kinds(decision), testing::ElementsAreArray(row.kinds));
    const Case& c = desk.only_case();
    EXPECT_EQ(c.text, row.text);
    ASSERT_EQ(decision.media.size(), 1u);
    const MediaOrder& order = decision.media[0];
    EXPECT_EQ(order.about, c.id);
    EXPECT_EQ(order.channel, "wechat");
    EXPECT_EQ(order.user, "甲");
    EXPECT_EQ(order.media_id, "MEDIA-9");
    EXPECT_EQ(order.format, "amr");
    EXPECT_THAT(c.media, ElementsAre(CaseMedia{order.id, order.kind}));
    for (const auto& notice : decision.notices) {
      if (notice.edits) continue;
      EXPECT_EQ(notice.media.size(), notice.audience == Audience::owner ? 1u : 0u) << notice.kind;
    }
  }
}

TEST(Files, the_words_after_the_photo_bring_it_to_the_owner) {
  fakes::DeskHarness desk;
  desk.send("甲", file(MessageKind::image));
  desk.send("甲", file(MessageKind::image));
  const auto decision = desk.say("甲", "楼家村路灯坏了");
  const auto& card = first_to(decision, people::instructor);
  EXPECT_THAT(kinds_of(card.media), ElementsAre(MediaKind::image, MediaKind::image));
  EXPECT_THAT(desk.read(card), HasSubstr("/m/"));
  EXPECT_THAT(desk.read(first_to(decision, desk.resident("甲"))), HasSubstr("收到2张照片"));
}

TEST(Files, a_card_shows_the_newest_five_a_supplement_the_new_one) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  for (int i = 0; i < 7; ++i) {
    const auto decision = desk.send("甲", file(MessageKind::image));
    EXPECT_EQ(first_to(decision, people::instructor).media.size(), 1u);
    EXPECT_THAT(desk.read(first_to(decision, desk.resident("甲"))), HasSubstr("（1张照片）"));
    const auto edits = desk.edits(decision);
    ASSERT_EQ(edits.size(), 1u);
    EXPECT_EQ(edits[0]->media.size(), std::min<std::size_t>(i + 1, 5));
    EXPECT_EQ(edits[0]->media.back(), desk.only_case().media.back());
  }
  EXPECT_EQ(desk.only_case().media.size(), 7u);
  const auto shown = desk.say(people::instructor, "查询 260326-0001");
  EXPECT_EQ(shown.notices[0].media.size(), 5u);
}

TEST(Files, a_recording_without_words_asks_to_be_listened_to) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "绑定 楼家村", {"reporter/bound"}}});
  const auto decision = desk.send("甲", file(MessageKind::voice));
  EXPECT_THAT(desk.read(first_to(decision, people::instructor)),
              HasSubstr("语音没有转成文字，请听录音。"));
  EXPECT_THAT(desk.read(first_to(decision, desk.resident("甲"))),
              HasSubstr("您反映的“[语音] 没有转成文字”已登记，收到1段语音"));
  // With words there is nothing to ask for.
  fakes::DeskHarness other;
  const auto written = other.send("甲", file(MessageKind::voice, "楼家村路灯坏了"));
  EXPECT_THAT(other.read(first_to(written, people::instructor)), Not(HasSubstr("请听录音")));
}

TEST(Files, a_recording_from_nowhere_is_not_lost) {
  fakes::DeskHarness desk;
  desk.send("甲", file(MessageKind::voice));
  play(desk, {{"clock", "+31", {"office/card", "reporter/registered"}}});
  EXPECT_EQ(desk.only_case().media.size(), 1u);
  fakes::DeskHarness told;
  told.send("甲", file(MessageKind::voice));
  play(told, {{"甲", "楼家村", {"owner/card", "reporter/registered"}}});
  EXPECT_EQ(told.only_case().owner, people::instructor);
}

// A voice tells who speaks: who may not know the reporter gets pictures only.
TEST(Files, confidential_voices_stay_with_the_office) {
  fakes::DeskHarness desk;
  desk.send("甲", file(MessageKind::voice, "举报楼家村有人赌博"));
  const auto decision = desk.send("甲", file(MessageKind::image));
  const auto edits = desk.edits(decision);
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_THAT(kinds_of(edits[0]->media), ElementsAre(MediaKind::image));
  EXPECT_EQ(desk.only_case().media.size(), 2u);
}

TEST(Files, a_cadres_photo_goes_to_his_case) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  const auto decision =
      desk.send(people::instructor, file(MessageKind::image, "办结 0001 换了新灯泡，已经亮了"));
  EXPECT_THAT(desk.kinds(decision), ElementsAre("reporter/closed", "owner/done"));
  EXPECT_EQ(desk.only_case().media.size(), 1u);
  EXPECT_EQ(first_to(decision, people::instructor).media.size(), 1u);
}

// Told at once how else to say it; nothing is registered, a question of ours stays open.
TEST(Files, what_cannot_be_read_is_answered) {
  const char* const kAnswer =
      "这种消息我们这里打不开。请直接用文字说说是什么事，也可以发照片或语音。";
  const std::vector<std::string> answered{"reporter/unreadable"};
  for (const Talk& talk : {
           Talk{"a_stranger", {{"file:甲", "", answered, kAnswer}}},
           Talk{"name_that_would_be_a_report", {{"file:甲", "楼家村路灯坏了", answered, kAnswer}}},
           Talk{"name_that_would_be_a_command", {{"file:甲", "催办", answered, kAnswer}}},
           Talk{"cadre", {{"file:instructor", "办结 0001 已修好", answered, kAnswer}}},
       }) {
    SCOPED_TRACE(talk.label);
    fakes::DeskHarness desk;
    play(desk, talk.lines);
    EXPECT_TRUE(desk.set.cases().empty());
  }
}

TEST(Files, an_unreadable_one_leaves_questions_and_cases_as_they_are) {
  const std::vector<std::string> answered{"reporter/unreadable"};
  const std::vector<std::string> registered{"owner/card", "reporter/registered"};
  fakes::DeskHarness place;
  play(place, {{"甲", "路灯坏了", {"reporter/ask_place"}},
               {"file:甲", "位置.pdf", answered},
               {"甲", "楼家村", registered}});
  EXPECT_EQ(place.only_case().text, "路灯坏了");
  fakes::DeskHarness question;
  play(question, {{"甲", "楼家村路灯坏了", registered},
                  {"instructor", "追问 是哪一盏？", {"reporter/question", "owner/done"}},
                  {"file:甲", "", answered},
                  {"甲", "村口那盏", {"reporter/answered", "owner/answer"}}});
  EXPECT_THAT(question.only_case().media, IsEmpty());
}

TEST(Files, without_a_platform_id_there_is_nothing_to_fetch) {
  fakes::DeskHarness desk;
  Message message;
  message.kind = MessageKind::image;
  const auto decision = desk.send("甲", message);
  EXPECT_THAT(decision.media, IsEmpty());
  EXPECT_THAT(desk.only_case().media, IsEmpty());
}

}  // namespace
}  // namespace huiyin::conversation
