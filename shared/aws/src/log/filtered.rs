//! Lambda's own filter, for tests: which of a function's lines CloudWatch ever sees.

use jiff::Timestamp;
use serde_json::Value;

/// The levels, from the least (AWS: Lambda, "Log-level filtering").
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// Whether a line passes where the function's log level is `setting`. A line without a valid RFC 3339 `timestamp` and a `level` is one of INFO.
pub(crate) fn passes(line: &str, setting: &str) -> bool {
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level);
    let line: Value = serde_json::from_str(line).expect("a line is JSON");
    let stamped = line["timestamp"]
        .as_str()
        .is_some_and(|time| time.parse::<Timestamp>().is_ok());
    let level = line["level"].as_str().filter(|_| stamped).and_then(rank);
    level.or(rank("INFO")) >= rank(setting)
}
