//! An event that is left in the outbox, and the audit log that a trace reads.

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_aws::outbox::Outbox;
use tidings_core::{Envelope, catalogue::OUTBOX};
use tidings_trace::{Ended, Publication};

use super::Truth;
use crate::tracing::AUDIT_LOG;

impl Truth {
    /// **What is in the outbox and was not published is told as that**, and that nobody has it for this reason.
    pub(super) async fn unpublished(&self, like: &Envelope) {
        let id = format!("{}-withheld", like.id);
        let json = like.to_json().replace(&like.id, &id).replace("thing-", "kept-");
        let Ok(event) = Envelope::parse(&json) else { return };
        let outbox = Outbox::new(self.dynamodb.clone(), OUTBOX.name);
        let Some(put) = outbox.enter(&event).action.put else {
            return;
        };
        let key = ["aggregate_key", "position"].map(|name| (name.to_owned(), put.item[name].clone()));
        let entered = self.dynamodb.put_item().table_name(OUTBOX.name);
        let entered = entered.set_item(Some(put.item)).send().await;
        entered.expect("the embedded database writes");
        match self.trace(event.key()).await {
            Ok(trace) => {
                let told = trace.events.iter().any(|told| {
                    told.key == event.key()
                        && told.publication == Publication::Pending { late: true }
                        && told.consumers.len() == 2
                        && told.consumers.iter().all(|one| one.ended == Ended::NotPublished)
                });
                if !told {
                    self.untrue(
                        &event,
                        &format!("it is not published, and the trace has {:?}", trace.events),
                    );
                }
            }
            Err(seen) => self.untrue(&event, &seen),
        }
        let gone = self.dynamodb.delete_item().table_name(OUTBOX.name);
        let gone = gone.set_key(Some(key.into())).send().await;
        gone.expect("the embedded database deletes");
    }

    /// Keeps an event, and what has gone out because of it, in the audit log: as the consumer does
    /// that a system has for it.
    pub(super) async fn log(&self, event: &Envelope) {
        let gone_out = self.ledger.gone_out(event.subject.as_deref().unwrap_or_default());
        for event in [event].into_iter().chain(gone_out.values()) {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let put = self.dynamodb.put_item().table_name(AUDIT_LOG.name);
            let put = put
                .item("event", AttributeValue::S(event.key()))
                .item("part", text("0"))
                .item("envelope", AttributeValue::S(event.to_json()))
                .item(
                    "happened_at",
                    AttributeValue::S(event.time.unwrap_or_default().to_string()),
                )
                .item("correlation_id", text(event.correlation_id()))
                .item("subject", text(event.subject.as_deref().unwrap_or_default()));
            put.send().await.expect("the embedded database writes");
        }
    }
}
