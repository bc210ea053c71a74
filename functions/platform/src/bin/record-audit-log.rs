//! The Lambda function `record-audit-log`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(platform::record_audit_log::function())
}
