//! What a topic brings to whom: `sns/test_sns` and `sns/test_sns_filter_policy`.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_bus::{Bus, QueueSettings};
use tidings_core::{
    Envelope, Takes,
    catalogue::{Settings, filter},
    clock::{SystemClock, SystemEntropy},
    ports::Publish as _,
};

#[derive(Default)]
struct Queue(Mutex<Vec<String>>);

#[async_trait]
impl HandleBatch for Queue {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let bodies = batch.records.into_iter().filter_map(|record| record.body);
        let ids = bodies.map(|body| Envelope::parse(&body).unwrap().id.clone());
        self.0.lock().unwrap().extend(ids);
        SqsBatchResponse::default()
    }
}

struct Topic(Bus);

impl Topic {
    fn new() -> Self {
        Self(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)))
    }

    fn subscribe(&self, name: &str, takes: Takes) -> Arc<Queue> {
        let queue: Arc<Queue> = Arc::default();
        let settings: QueueSettings = (&Settings::DEFAULT).into();
        self.0.subscribe(name, takes, settings).consume(queue.clone());
        queue
    }

    /// Publishes messages in one batch, each by its type.
    async fn publish(&self, types: &[&str]) {
        let event = |event_type: &&str| {
            let text = format!(
                r#"{{"specversion":"1.0","id":"{event_type}","source":"/recorded","type":"{event_type}"}}"#
            );
            Envelope::parse(&text).unwrap()
        };
        let events: Vec<_> = types.iter().map(event).collect();
        assert!(self.0.publish(&events).await.iter().all(Result::is_ok));
        self.0.settled().await;
    }
}

fn of(queue: &Queue) -> Vec<String> {
    let mut ids = queue.0.lock().unwrap().clone();
    ids.sort();
    ids
}

/// test_exists_filter_policy_attributes_array, 2024-05-14 (a value of the list, and no other), and test_filter_policy_for_batch, 2024-12-03
/// (each entry of a batch by itself; a subscription without a policy gets all).
#[tokio::test]
async fn a_subscription_gets_of_a_batch_what_its_policy_lets_through_and_one_without_a_policy_gets_all() {
    let topic = Topic::new();
    let with = topic.subscribe("with", Takes::Types(vec!["value1", "value9"]));
    let without = topic.subscribe("without", Takes::All);
    topic.publish(&["value1", "value2", "value11"]).await;
    assert_eq!(of(&with), ["value1"]);
    assert_eq!(of(&without), ["value1", "value11", "value2"]);
}

/// test_publish_message_before_subscribe_topic, 2023-08-24.
#[tokio::test]
async fn what_was_published_before_is_not_for_who_subscribes_then() {
    let topic = Topic::new();
    topic.publish(&["before"]).await;
    let late = topic.subscribe("late", Takes::All);
    topic.publish(&["after"]).await;
    assert_eq!(of(&late), ["after"]);
}

/// test_validate_policy_string_operators, 2024-12-03 (an operator is an object in an array, and its operand a string; an empty array is
/// refused), and test_policy_complexity, 2024-05-14 (five keys at most): SNS takes the policies that the catalogue makes.
#[test]
fn sns_takes_the_policies_of_the_catalogue() {
    for takes in [
        Takes::Types(vec!["order.placed", "order.cancelled"]),
        Takes::Prefix("order."),
    ] {
        let policy = filter(&takes).unwrap();
        let keys = policy.as_object().unwrap();
        assert!(keys.len() <= 5);
        for conditions in keys.values() {
            let conditions = conditions.as_array().unwrap();
            assert!(!conditions.is_empty());
            for condition in conditions {
                let operand = condition.get("prefix").unwrap_or(condition);
                assert!(operand.is_string(), "{condition}");
            }
        }
    }
    assert_eq!(filter(&Takes::All), None);
}
