//! What waits in the queues of consumers, and whether anybody fetches it.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Examined, Finding, Site, Urgency};
use crate::{Desk, error::Result, queues::Depth};

pub(super) const CHECK: &str = "queues";

/// So many messages are a backlog.
const MANY: u64 = 1000;
const QUEUES_AT_ONCE: usize = 8;

/// A consumer and its queue.
type Own = (&'static str, String);

pub(super) async fn examine(desk: &Desk, site: &Site, watch: Duration) -> Examined {
    if let Site::File(_) = site {
        return Examined::skipped("a data file has no queues: what waited there is pending in its tables");
    }
    match twice(desk, watch).await {
        Err(error) => Examined::failed(error.to_string()),
        Ok(looks) => {
            let findings = looks
                .into_iter()
                .filter_map(|(own, before, after)| told(&own, before, after, site, watch));
            Examined::found(findings.collect())
        }
    }
}

/// Each queue at the beginning of the watch and at its end. Queues that are not there are not told: their consumers may run elsewhere, and
/// what was deployed otherwise is another check's.
async fn twice(desk: &Desk, watch: Duration) -> Result<Vec<(Own, Depth, Depth)>> {
    let before = depths(desk).await?;
    tokio::time::sleep(watch).await;
    let after = depths(desk).await?;
    let both = before.into_iter().zip(after);
    Ok(both
        .filter_map(|((own, before), (_, after))| Some((own, before?, after?)))
        .collect())
}

async fn depths(desk: &Desk) -> Result<Vec<(Own, Option<Depth>)>> {
    let own = desk.roster.dead_queues().filter(|queue| !queue.of_subscription);
    let looking = own.map(|queue| async move {
        let depth = desk.queues.depth(&queue.destination).await?;
        Ok(((queue.consumer, queue.destination), depth))
    });
    stream::iter(looking).buffered(QUEUES_AT_ONCE).try_collect().await
}

fn told(
    (consumer, queue): &Own,
    before: Depth,
    after: Depth,
    site: &Site,
    watch: Duration,
) -> Option<Finding> {
    let untouched = |depth: Depth| depth.visible > 0 && depth.hidden == 0;
    let waiting = after.visible;
    let (urgency, what, run) = if untouched(before) && untouched(after) && waiting >= before.visible {
        let seconds = watch.as_secs();
        let wait = if waiting == 1 {
            "message waits"
        } else {
            "messages wait"
        };
        let what = format!("{waiting} {wait} in {queue}, and nobody has fetched any in {seconds} s");
        // Only what is deployed has an event source mapping.
        let run = match site {
            Site::Deployed(_) => site.command("catalog diff"),
            Site::Run(_) | Site::File(_) => site.command(&format!("dlq list --consumer {consumer}")),
        };
        (Urgency::Stopped, what, run)
    } else if waiting >= MANY {
        let what = format!(
            "{waiting} messages wait in {queue}, {} are worked on",
            after.hidden
        );
        (Urgency::Late, what, site.log(consumer))
    } else {
        return None;
    };
    Some(Finding {
        check: CHECK,
        urgency,
        subject: (*consumer).to_owned(),
        what,
        since: None,
        run,
    })
}
