// What is told once a day: the morning brief, broken promises.
#include "server/desk/hear.h"

namespace huiyin {

void give_brief(Turn& /*turn*/, const Brief& /*brief*/) {}
void report_findings(Turn& /*turn*/, const Findings& /*findings*/) {}

}  // namespace huiyin
