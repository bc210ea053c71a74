//! Dead letters: what nobody handles until somebody decides.

use jiff::{SignedDuration, Timestamp};

use super::{Examined, Finding, Site, Urgency};
use crate::{Desk, Group, Looked, Selection, groups};

pub(super) const CHECK: &str = "dead-letters";

/// What SQS drops so soon is urgent.
const SOON: SignedDuration = SignedDuration::from_hours(48);

pub(super) async fn examine(desk: &Desk, site: &Site) -> Examined {
    let seen = desk.look(&Selection::default()).await;
    if seen.queues.is_empty() {
        return Examined::failed(
            "no dead-letter queue is there: deploy the system first, or say which stage it is",
        );
    }
    let groups = groups(&seen.letters);
    let mut findings: Vec<_> = groups
        .iter()
        .map(|group| of_group(group, site, desk.now()))
        .collect();
    let unseen = seen
        .queues
        .iter()
        .filter(|queue| queue.unseen > 0 && !groups.iter().any(|group| group.queue == queue.queue));
    findings.extend(unseen.map(|queue| of_unseen(queue, site)));
    let failed = seen.queues.iter().filter_map(|queue| queue.error.clone());
    Examined {
        findings,
        failed: failed.collect(),
        skipped: None,
    }
}

fn of_group(group: &Group, site: &Site, now: Timestamp) -> Finding {
    let left = group.expires.map(|expires| expires.duration_since(now));
    let soon = left.is_some_and(|left| left < SOON);
    let event = group.event_type.as_deref().unwrap_or("no event");
    let letters = match group.letters {
        1 => "1 letter".to_owned(),
        several => format!("{several} letters"),
    };
    let first = match left.filter(|_| soon) {
        Some(left) => format!("; SQS drops the first in {} hours", left.as_hours().max(0)),
        None => String::new(),
    };
    Finding {
        check: CHECK,
        urgency: if soon { Urgency::Losing } else { Urgency::Failing },
        subject: group.consumer.clone(),
        what: format!("{letters} of {event} ({}: {}){first}", group.class, group.cause),
        since: group.oldest,
        run: site.command(&format!("dlq explain {}", group.id)),
    }
}

/// Letters that somebody else has, or that stand behind others of their group.
fn of_unseen(queue: &Looked, site: &Site) -> Finding {
    Finding {
        check: CHECK,
        urgency: Urgency::Failing,
        subject: queue.consumer.clone(),
        what: format!(
            "{} holds {} letters that somebody else is looking at",
            queue.queue, queue.unseen
        ),
        since: None,
        run: site.command(&format!("dlq list --consumer {}", queue.consumer)),
    }
}
