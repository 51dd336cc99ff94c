// The retry table, facts/reliability.md P9 and facts/stack.md, as two functions.
#include <sqlite3.h>

#include "server/store/connection.h"

namespace huiyin::store {

Trouble mysql_trouble(int code, std::string_view sqlstate, std::string_view text) {
  switch (code) {
    case 1205:  // lock wait
    case 1213:  // deadlock; Galera certification, also from COMMIT itself
    case 1317:  // query interrupted
    case 1412:  // a table was altered since the snapshot began
    case 1615:  // prepared statement no longer fits its tables, e.g. after FLUSH TABLES
    case 1969:  // statement timeout
    case 8002:  // TiDB: for update conflict
    case 8005:  // TiDB: write conflict
    case 8022:  // TiDB: commit failed, retryable
    case 8028:  // TiDB: schema changed
    case 9007:  // TiDB: write conflict
      return Trouble::retry;
    case 1053:  // server shutdown in progress
    case 1927:  // connection was killed
    case 4031:  // closed for inactivity
      return Trouble::lost;
    case 2002:  // refused
    case 2003:
    case 2005:  // unknown host
    case 1040:  // too many connections
    case 1203:
    case 1226:  // this user's share of them
    case 1047:  // Galera: not primary
    case 1180:  // Galera: error during COMMIT
    case 1290:  // read-only
    case 1836:
    case 3100:  // group replication without quorum
      return Trouble::away;
    case 1062:
    case 1586:
      return Trouble::duplicate;
    case 1048:  // NULL where none may be
    case 1105:  // over max_allowed_packet in a prepared statement
    case 1153:  // the same in a plain one
    case 1264:  // number out of range
    case 1300:  // not UTF-8
    case 1366:  // bad string for the column
    case 1406:  // too long
    case 1452:  // foreign key
    case 3854:  // cannot convert string
    case 3988:
    case 4025:  // CHECK
      return Trouble::poison;
    case 1021:
    case 1114:
      return Trouble::full;
    case 3:     // error writing file (Errcode: 28 ...)
    case 1026:  // the same, of a log or temporary file (errno: 28 ...)
    case 1030:  // got error 28 from storage engine
      return text.find("28") != text.npos ? Trouble::full : Trouble::away;
    default:
      break;
  }
  if (sqlstate == "40001") return Trouble::retry;
  // Client side: gone away, lost, malformed answer, out of sync. The session is of no use any more.
  if (code >= 2000 && code < 3000) return Trouble::lost;
  return Trouble::broken;
}

Trouble sqlite_trouble(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Trouble::duplicate;
    default:
      break;
  }
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_SCHEMA:
      return Trouble::retry;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return Trouble::full;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return Trouble::poison;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return Trouble::away;
    default:
      return Trouble::broken;
  }
}

}  // namespace huiyin::store
