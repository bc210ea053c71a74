//! Mutants: the protocol with one rule broken, each from outside, by changing what passes between the runtime and its
//! surroundings. The code that is deployed knows nothing of them.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tidings_core::catalogue::{EVENTS, IDEMPOTENCY};

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Mutant {
    /// A completion is written whoever holds the lease.
    CompleteWithoutOwner,
    /// A release, or a setting aside, is written whoever holds the lease, and whether or not the event is done.
    ReleaseWithoutCondition,
    /// A claim marks the event as done, before it is handled.
    MarkBeforeHandling,
    /// A claim ignores the lease of another worker.
    NoLease,
    /// A lease ends while its worker still works.
    ShortLease,
    /// A lease outlives every delivery.
    EndlessLease,
    /// An ended lease is not seen as ended.
    IgnoreLeaseEnd,
    /// An expired record counts until DynamoDB deletes it.
    IgnoreExpiry,
    /// A delivery that meets another worker's lease is acknowledged.
    AcknowledgeInFlight,
    /// A batch is acknowledged whole, whatever failed.
    AcknowledgeFailures,
    /// The event's identity is the message's id.
    KeyByMessageId,
    /// A transactional completion is written though it was done before.
    CommitUnconditionally,
    /// Effects are written first, and the record after them.
    EffectsBesideTheRecord,
    /// The record is written first, and the effects after it.
    RecordBeforeEffects,
    /// What could not be sent to the dead-letter queue is acknowledged.
    AcknowledgeUnsentDeadLetter,
    /// Nobody publishes what the stream has missed.
    NoSweeper,
    /// What an aggregate has pending is published from its end.
    PublishBackwards,
    /// What could not be published counts as published.
    ForgetUnpublished,
    /// What failed once may never be claimed again.
    FailedForEver,
    /// An event is put whatever is there.
    AppendOverWhatIsThere,
    /// The answer to a request is not kept with its events.
    NoReceipt,
    /// The answer to a request is kept after its events.
    ReceiptAfterEvents,
}

/// A statement of the idempotency table, by what it does.
#[derive(PartialEq, Eq)]
enum Statement {
    Claim,
    Commit,
    Complete,
    Release,
    Other,
}

impl Mutant {
    /// What is sent instead of a request; more than one where a transaction is torn apart.
    pub(crate) fn requests(self, request: HttpRequest) -> Vec<HttpRequest> {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next());
        let body = request
            .body()
            .bytes()
            .and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let (Some(operation), Some(mut body)) = (operation.map(ToOwned::to_owned), body) else {
            return vec![request];
        };
        match operation.as_str() {
            "Query" if self == Self::PublishBackwards && body["ScanIndexForward"] == json!(false) => {
                body["ScanIndexForward"] = json!(true);
            }
            "UpdateItem" => self.change(&mut body),
            "TransactWriteItems" if self.of_the_event_store() => {
                let items = body["TransactItems"].as_array_mut();
                let Some(items) = items else { return vec![request] };
                return match self.write(items) {
                    None => vec![with_body(&request, &body)],
                    Some(parts) => {
                        let part = |items| with_body(&request, &json!({ "TransactItems": items }));
                        parts.into_iter().map(part).collect()
                    }
                };
            }
            "TransactWriteItems" => {
                let tear = matches!(self, Self::EffectsBesideTheRecord | Self::RecordBeforeEffects);
                let items = body["TransactItems"].as_array_mut();
                let Some(items) = items else { return vec![request] };
                items
                    .iter_mut()
                    .filter_map(|item| item.get_mut("Update"))
                    .for_each(|update| self.change(update));
                if tear && items.len() > 1 {
                    let effects = items.split_off(1);
                    let record = std::mem::take(items);
                    let parts = if self == Self::RecordBeforeEffects {
                        [record, effects]
                    } else {
                        [effects, record]
                    };
                    let part = |items| with_body(&request, &json!({ "TransactItems": items }));
                    return parts.into_iter().map(part).collect();
                }
            }
            _ => {}
        }
        vec![with_body(&request, &body)]
    }

    fn of_the_event_store(self) -> bool {
        matches!(
            self,
            Self::AppendOverWhatIsThere | Self::NoReceipt | Self::ReceiptAfterEvents
        )
    }

    /// Changes the writes of a transaction; answers the parts that it is torn into, if it is.
    fn write(self, items: &mut Vec<Value>) -> Option<[Vec<Value>; 2]> {
        let receipt = |item: &Value| item["Put"]["TableName"] == IDEMPOTENCY.name;
        match self {
            Self::AppendOverWhatIsThere => {
                let puts = items.iter_mut().map(|item| &mut item["Put"]);
                for put in puts.filter(|put| put["TableName"] == EVENTS.name) {
                    put.as_object_mut()?.remove("ConditionExpression");
                }
            }
            Self::NoReceipt if items.len() > 1 => items.retain(|item| !receipt(item)),
            Self::ReceiptAfterEvents if items.len() > 1 && items.iter().any(receipt) => {
                let (receipt, events) = items.drain(..).partition(receipt);
                return Some([events, receipt]);
            }
            _ => {}
        }
        None
    }

    /// Changes one update of the idempotency table.
    fn change(self, update: &mut Value) {
        const UNLESS_DONE: &str = "attribute_not_exists(event) OR expires <= :now_s OR record_status = :failed OR \
             record_status = :in_progress";
        const UNLESS_BEGUN: &str =
            "attribute_not_exists(event) OR expires <= :now_s OR record_status = :failed";
        const UNLESS_FAILED: &str = "attribute_not_exists(event) OR expires <= :now_s OR \
             (record_status = :in_progress AND lease_until <= :now)";
        let statement = statement(update);
        const UNLESS_THERE: &str = "attribute_not_exists(event) OR record_status = :failed OR \
             (record_status = :in_progress AND lease_until <= :now)";
        let value =
            |update: &mut Value, name: &str, value: Value| update["ExpressionAttributeValues"][name] = value;
        match (self, statement) {
            (Self::CompleteWithoutOwner, Statement::Complete)
            | (Self::ReleaseWithoutCondition, Statement::Release)
            | (Self::CommitUnconditionally, Statement::Commit) => {
                if let Some(update) = update.as_object_mut() {
                    update.remove("ConditionExpression");
                }
            }
            (Self::MarkBeforeHandling, Statement::Claim) => {
                let text = update["UpdateExpression"].as_str().unwrap_or_default();
                update["UpdateExpression"] =
                    json!(text.replace("record_status = :in_progress", "record_status = :done"));
                value(update, ":done", json!({ "S": "completed" }));
            }
            (Self::NoLease, Statement::Claim) => update["ConditionExpression"] = json!(UNLESS_DONE),
            (Self::IgnoreLeaseEnd, Statement::Claim | Statement::Commit) => {
                update["ConditionExpression"] = json!(UNLESS_BEGUN);
            }
            (Self::IgnoreExpiry, Statement::Claim | Statement::Commit) => {
                update["ConditionExpression"] = json!(UNLESS_THERE);
            }
            (Self::FailedForEver, Statement::Claim | Statement::Commit) => {
                update["ConditionExpression"] = json!(UNLESS_FAILED);
            }
            (Self::ShortLease, Statement::Claim) => {
                let now = update["ExpressionAttributeValues"][":now"].clone();
                value(update, ":lease", now);
            }
            (Self::EndlessLease, Statement::Claim) => {
                value(update, ":lease", json!({ "N": "9000000000000" }))
            }
            _ => {}
        }
        forget_unused(update);
    }

    /// What the consumer is given instead of a message.
    pub(crate) fn message(self, message: &mut SqsMessage) {
        if self != Self::KeyByMessageId {
            return;
        }
        let body = message
            .body
            .as_deref()
            .and_then(|body| serde_json::from_str::<Value>(body).ok());
        if let Some(mut body) = body {
            body["id"] = json!(message.message_id);
            message.body = Some(body.to_string());
        }
    }

    /// What the queue is told instead of a response; `in_flight` are the messages that met another's lease.
    pub(crate) fn batch_response(self, response: &mut SqsBatchResponse, in_flight: &[String]) {
        match self {
            Self::AcknowledgeFailures => response.batch_item_failures.clear(),
            Self::AcknowledgeInFlight => {
                response
                    .batch_item_failures
                    .retain(|failure| !in_flight.contains(&failure.item_identifier));
            }
            _ => {}
        }
    }
}

/// DynamoDB refuses values that no expression names.
fn forget_unused(update: &mut Value) {
    let text = |name: &str| update[name].as_str().unwrap_or_default().to_owned();
    let expressions = format!("{} {} ", text("UpdateExpression"), text("ConditionExpression"));
    let names = |name: &str| {
        expressions.match_indices(name).any(|(at, _)| {
            let next = expressions[at + name.len()..].chars().next();
            next.is_some_and(|c| !c.is_ascii_alphanumeric() && c != '_')
        })
    };
    let used: Vec<String> = update["ExpressionAttributeValues"]
        .as_object()
        .map(|values| values.keys().filter(|name| names(name)).cloned().collect())
        .unwrap_or_default();
    if let Some(values) = update["ExpressionAttributeValues"].as_object_mut() {
        values.retain(|name, _| used.contains(name));
    }
}

fn statement(update: &Value) -> Statement {
    let text = update["UpdateExpression"].as_str().unwrap_or_default();
    let begins = text.contains("attempts = ");
    match text {
        _ if begins && text.contains("record_status = :in_progress") => Statement::Claim,
        _ if begins && text.contains("record_status = :completed") => Statement::Commit,
        _ if text.contains("record_status = :completed") => Statement::Complete,
        _ if text.contains("record_status = :status") => Statement::Release,
        _ => Statement::Other,
    }
}

fn with_body(request: &HttpRequest, body: &Value) -> HttpRequest {
    let mut changed = request
        .try_clone()
        .expect("a request of the DynamoDB client has its body in memory");
    *changed.body_mut() = SdkBody::from(body.to_string());
    changed
}
