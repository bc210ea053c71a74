//! What a replay relies on: the order in which the store is scanned.

use std::collections::BTreeMap;

use tidings_aws::event_store::{Scan, Segment};

use super::larder::Larder;

/// The positions that each segment's scan brings, aggregate by aggregate as they come.
async fn scanned(larder: &Larder, of: u32) -> Vec<Vec<(String, Vec<String>)>> {
    let mut segments = Vec::new();
    for number in 0..of {
        let scan = Scan {
            segment: Segment { number, of },
            aggregate: Some("pot"),
            page: Some(3),
        };
        let (mut runs, mut from): (Vec<(String, Vec<String>)>, _) = (Vec::new(), None);
        loop {
            let page = larder.events.page(scan, from.as_ref()).await.unwrap();
            for entry in page.entries {
                match runs.last_mut() {
                    Some((aggregate, positions)) if *aggregate == entry.place.aggregate => {
                        positions.push(entry.place.position);
                    }
                    _ => runs.push((entry.place.aggregate, vec![entry.place.position])),
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        segments.push(runs);
    }
    segments
}

#[tokio::test]
async fn an_aggregates_events_come_together_in_their_order_and_in_one_segment() {
    let larder = Larder::open().await;
    for pot in 0..12 {
        larder.add(&format!("pot-{pot}"), &[1; 7]).await;
    }
    let whole: Vec<String> = (1..=7).map(|version| format!("{version:010}")).collect();
    for segments in [1, 3, 8] {
        let mut seen = BTreeMap::new();
        for (aggregate, positions) in scanned(&larder, segments).await.concat() {
            assert_eq!(positions, whole, "{aggregate} in {segments} segments");
            *seen.entry(aggregate).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 12);
        assert!(seen.values().all(|&runs| runs == 1), "{seen:?}");
    }
}
