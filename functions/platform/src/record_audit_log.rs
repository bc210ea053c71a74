//! `record-audit-log`: every event goes into the audit log, also one of a type or a version that nobody here knows.
//!
//! Natural: an entry is put under the event's own key where none is, so a second time leaves what the first has left. It costs half of what
//! a transactional consumer would, and every event passes here. It opens no personal data: what is sealed stays sealed.

use tidings_aws::ConsumerFunction;
use tidings_core::{AnyEvent, Consumer, Context, Failure, Natural, catalogue::Resource, consumer::guarantee};

use crate::{AuditLog, audit_log::AUDIT_LOG};

/// The consumer.
pub struct RecordAuditLog {
    /// Where events are kept.
    pub log: AuditLog,
}

impl Consumer for RecordAuditLog {
    const NAME: &'static str = "record-audit-log";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = AuditLog::USES;
    type Event = AnyEvent;
    type Guarantee = guarantee::Natural;
}

/// The Lambda function `record-audit-log`.
#[must_use]
pub fn function() -> ConsumerFunction<RecordAuditLog> {
    ConsumerFunction::new(async |setting| {
        Ok(RecordAuditLog {
            log: AuditLog::new(setting.dynamodb(), setting.table(&AUDIT_LOG)?),
        })
    })
}

impl Natural for RecordAuditLog {
    async fn perform(&self, AnyEvent(event): AnyEvent, context: &Context) -> Result<(), Failure> {
        self.log.keep(&event, context.now).await
    }
}
