//! The protocol: a request's target and body to an answer's status and body (AWS: SQS, AWS JSON
//! protocol 1.0).

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tidings_core::catalogue::DEAD_LETTER_RETENTION;
use uuid::Uuid;

use super::{EmbeddedSqs, PAUSED_UNTIL, QueueMessage, Refusal};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    queue_name: Option<String>,
    queue_url: Option<String>,
    receipt_handle: Option<String>,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<u64>,
    message_body: Option<String>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    string_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    receipt_handle: String,
    #[serde(default)]
    visibility_timeout: u64,
}

impl EmbeddedSqs {
    /// Answers a request: its `x-amz-target` (`AmazonSQS.ReceiveMessage`) and its body to the
    /// status and the body of the answer. `at` is where the queues are to be found: what their URLs
    /// begin with.
    #[must_use]
    pub fn answer(&self, target: &str, body: &[u8], at: &str) -> (u16, String) {
        let operation = target.rsplit('.').next().unwrap_or_default();
        let request = serde_json::from_slice(body);
        let request = request.map_err(|error| {
            Refusal::new(
                "com.amazon.coral.service#SerializationException",
                error.to_string(),
            )
        });
        match request.and_then(|request| self.perform(operation, request, at)) {
            Ok(answer) => (200, answer.to_string()),
            Err(Refusal { code, message }) => {
                let status = if code == "InternalFailure" { 500 } else { 400 };
                (status, json!({ "__type": code, "message": message }).to_string())
            }
        }
    }

    fn perform(&self, operation: &str, request: Request, at: &str) -> Result<Value, Refusal> {
        if operation == "GetQueueUrl" {
            let name = needed(request.queue_name, "QueueName")?;
            self.with(&name, |_, _| Ok(()))?;
            return Ok(json!({ "QueueUrl": format!("{at}/{name}") }));
        }
        let url = needed(request.queue_url.clone(), "QueueUrl")?;
        let name = url.rsplit('/').next().unwrap_or_default();
        let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
        match operation {
            "GetQueueAttributes" => self.with(name, |queue, now| {
                let depth = queue.depth(now);
                let mut attributes = Map::new();
                let mut tell = |name: &str, value: String| attributes.insert(name.to_owned(), value.into());
                tell("ApproximateNumberOfMessages", depth.visible.to_string());
                tell("ApproximateNumberOfMessagesNotVisible", depth.hidden.to_string());
                tell("ApproximateNumberOfMessagesDelayed", "0".to_owned());
                tell("VisibilityTimeout", queue.visibility.as_secs().to_string());
                tell(
                    "MessageRetentionPeriod",
                    DEAD_LETTER_RETENTION.as_secs().to_string(),
                );
                let (name, fifo) = (&queue.name, queue.fifo);
                tell("QueueArn", format!("arn:aws:sqs:local:000000000000:{name}"));
                if fifo {
                    tell("FifoQueue", "true".to_owned());
                }
                if let Some(until) = queue.paused_until() {
                    tell(PAUSED_UNTIL, until.to_string());
                }
                Ok(json!({ "Attributes": attributes }))
            }),
            "ReceiveMessage" => {
                let most = request.max_number_of_messages.unwrap_or(1);
                let hidden = seconds(request.visibility_timeout);
                let received = self.with(name, |queue, now| {
                    let hidden = hidden.unwrap_or(queue.visibility);
                    let receipt = || Uuid::from_u128(self.entropy.bits());
                    Ok(queue.receive(most, hidden, now, receipt))
                })?;
                let messages: Vec<_> = received.iter().map(received_json).collect();
                Ok(json!({ "Messages": messages }))
            }
            "SendMessage" => {
                let body = needed(request.message_body, "MessageBody")?;
                let attributes = request.message_attributes.into_iter();
                let attributes =
                    attributes.map(|(name, attribute)| (name, attribute.string_value.unwrap_or_default()));
                let group = request.message_group_id.as_deref();
                let id = Uuid::from_u128(self.entropy.bits());
                let message = QueueMessage::new(id, body, self.clock.now(), group, attributes.collect());
                let deduplication_id = request.message_deduplication_id;
                let sent = self.with(name, |queue, now| queue.send(message, deduplication_id, now))?;
                Ok(json!({
                    "MessageId": sent.id,
                    "SequenceNumber": format!("{:020}", sent.sequence),
                }))
            }
            "DeleteMessage" => {
                let receipt = needed(request.receipt_handle, "ReceiptHandle")?;
                self.with(name, |queue, now| queue.delete(&receipt, now))?;
                Ok(json!({}))
            }
            "ChangeMessageVisibility" => {
                let receipt = needed(request.receipt_handle, "ReceiptHandle")?;
                let delay = seconds(request.visibility_timeout).unwrap_or_default();
                self.with(name, |queue, now| queue.show(&receipt, delay, now))?;
                Ok(json!({}))
            }
            "ChangeMessageVisibilityBatch" => self.show_each(name, &request.entries),
            other => {
                let code = "com.amazonaws.sqs#AWS.SimpleQueueService.UnsupportedOperation";
                Err(Refusal::new(code, format!("a local run has no {other}")))
            }
        }
    }

    fn show_each(&self, name: &str, entries: &[Entry]) -> Result<Value, Refusal> {
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let delay = Duration::from_secs(entry.visibility_timeout);
            match self.with(name, |queue, now| queue.show(&entry.receipt_handle, delay, now)) {
                Ok(()) => successful.push(json!({ "Id": entry.id })),
                Err(refusal) => failed.push(json!({
                    "Id": entry.id, "Code": refusal.code, "Message": refusal.message, "SenderFault": true,
                })),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }
}

fn needed<T>(value: Option<T>, name: &str) -> Result<T, Refusal> {
    let code = "com.amazonaws.sqs#MissingParameter";
    value.ok_or_else(|| Refusal::new(code, format!("{name} is missing")))
}

fn received_json(message: &QueueMessage) -> Value {
    let mut system = Map::new();
    let mut tell = |name: &str, value: String| system.insert(name.to_owned(), value.into());
    tell("SentTimestamp", message.sent.as_millisecond().to_string());
    tell("ApproximateReceiveCount", message.receives.to_string());
    if let Some(group) = &message.group {
        tell("MessageGroupId", group.clone());
        tell("SequenceNumber", format!("{:020}", message.sequence()));
    }
    let attributes = message.attributes.iter().map(|(name, value)| {
        let attribute = json!({ "DataType": "String", "StringValue": value });
        (name.clone(), attribute)
    });
    json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt(),
        "Body": message.body,
        "Attributes": system,
        "MessageAttributes": attributes.collect::<Map<_, _>>(),
    })
}
