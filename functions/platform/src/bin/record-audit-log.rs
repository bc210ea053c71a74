//! The Lambda function `record-audit-log`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(platform::record_audit_log::function())
}
