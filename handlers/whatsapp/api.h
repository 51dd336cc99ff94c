// Calls of the Cloud API and what their answers mean.
#pragma once

#include "handlers/channel.h"
#include "handlers/whatsapp/account.h"

namespace huiyin::whatsapp {

// Free text inside the window; with reply buttons when they and the text fit.
net::OutgoingRequest text_message(const Account& account, const Notice& notice);

// The approved template, at any time. Values that are missing are written 无.
bool has_template(const Account& account);
net::OutgoingRequest template_message(const Account& account, const Notice& notice);

// error.code → outcome; also HTTP errors and bodies that cannot be read.
SendOutcome read_outcome(const net::HttpResponse& response);

}  // namespace huiyin::whatsapp
