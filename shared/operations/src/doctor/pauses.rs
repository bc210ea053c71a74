//! Consumers that pause, because their provider is down.

use super::{Examined, Finding, Site, Urgency};
use crate::Desk;

pub(super) const CHECK: &str = "breakers";

pub(super) async fn examine(desk: &Desk, site: &Site) -> Examined {
    match site {
        Site::Run(_) => {}
        Site::Deployed(_) => {
            return Examined::skipped(
                "a breaker is its process's own, and SQS knows nothing of it: the alarms `<consumer>-pauses` tell",
            );
        }
        Site::File(_) => return Examined::skipped("nobody runs here, so nobody pauses"),
    }
    let mut examined = Examined::default();
    for queue in desk.roster.dead_queues().filter(|queue| !queue.of_subscription) {
        match desk.queues.paused_until(&queue.destination).await {
            Err(error) => examined.failed.push(error.to_string()),
            Ok(until) => {
                let paused = until.filter(|until| *until > desk.now());
                examined.findings.extend(paused.map(|until| Finding {
                    check: CHECK,
                    urgency: Urgency::Failing,
                    subject: queue.consumer.to_owned(),
                    what: format!(
                        "pauses until {until:.0}, because its provider is down; what waits is tried again then"
                    ),
                    since: None,
                    run: site.command(&format!("dlq list --consumer {}", queue.consumer)),
                }));
            }
        }
    }
    examined
}
