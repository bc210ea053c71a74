//! The Lambda function `record-audit-log`.

use platform::{AuditLog, RecordAuditLog};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(RecordAuditLog {
            log: AuditLog::from_environment(config)?,
        })
    })
    .await
}
