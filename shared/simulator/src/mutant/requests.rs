//! What is sent to DynamoDB instead of a request.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tidings_core::catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS};

use super::Mutant;
use crate::shelf::SHELF;

/// A statement of the idempotency table, by what it does.
#[derive(PartialEq, Eq)]
enum Statement {
    Claim,
    Commit,
    Complete,
    Release,
    Stand,
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
            "Query" if self == Self::IgnoreTheLine && body["TableName"] == IDEMPOTENCY.name => {
                body["ExpressionAttributeValues"][":line"] = json!({ "S": "#letters#nobody" });
            }
            "UpdateItem" => self.change(&mut body),
            "PutItem" => self.put(&mut body),
            "TransactWriteItems" => {
                if let Some(parts) = body["TransactItems"]
                    .as_array_mut()
                    .and_then(|items| self.write(items))
                {
                    let part = |items| with_body(&request, &json!({ "TransactItems": items }));
                    return parts.into_iter().map(part).collect();
                }
            }
            _ => {}
        }
        vec![with_body(&request, &body)]
    }

    /// Changes the writes of a transaction; answers the parts that it is torn into, if it is.
    fn write(self, items: &mut Vec<Value>) -> Option<[Vec<Value>; 2]> {
        let receipt = |item: &Value| item["Put"]["TableName"] == IDEMPOTENCY.name;
        let record = |item: &Value| item["Update"]["TableName"] == IDEMPOTENCY.name;
        let emitted = |item: &Value| item["Put"]["TableName"] == OUTBOX.name;
        let mut part = |first: &dyn Fn(&Value) -> bool| {
            let both = items.iter().any(first) && !items.iter().all(first);
            both.then(|| items.drain(..).partition(first))
                .map(|(first, then): (Vec<_>, Vec<_>)| [first, then])
        };
        match self {
            Self::EffectsBesideTheRecord => part(&|item| !record(item)),
            Self::RecordBeforeEffects => part(&record),
            Self::EmitAfterEffects => part(&|item| !emitted(item)),
            Self::ReceiptAfterEvents => part(&|item| !receipt(item)),
            Self::NoReceipt if items.len() > 1 => {
                items.retain(|item| !receipt(item));
                None
            }
            Self::AppendOverWhatIsThere => {
                let puts = items.iter_mut().map(|item| &mut item["Put"]);
                puts.filter(|put| put["TableName"] == EVENTS.name)
                    .for_each(|put| remove(put, "ConditionExpression"));
                None
            }
            Self::ForgetTheCause => {
                let puts = items.iter_mut().map(|item| &mut item["Put"]);
                puts.filter(|put| put["TableName"] == OUTBOX.name)
                    .for_each(forget_cause);
                None
            }
            _ => {
                let updates = items.iter_mut().filter_map(|item| item.get_mut("Update"));
                updates.for_each(|update| self.change(update));
                None
            }
        }
    }

    /// Changes a single put: of a person's key, or of a view.
    fn put(self, put: &mut Value) {
        let over = match self {
            Self::PutKeyOverKey => PERSON_KEYS.name,
            Self::PutViewOverView => SHELF.name,
            _ => return,
        };
        if put["TableName"] == over {
            remove(put, "ConditionExpression");
            forget_unused(put);
        }
    }

    /// Changes one update: of the idempotency table, or of a person's key.
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
            | (Self::CommitUnconditionally, Statement::Commit) => remove(update, "ConditionExpression"),
            (Self::UnreadableCondition, Statement::Complete | Statement::Commit) => {
                update["ConditionExpression"] = json!("owner_token = ");
            }
            (Self::AnswerNotKept, Statement::Commit) => {
                let text = update["UpdateExpression"].as_str().unwrap_or_default();
                update["UpdateExpression"] = json!(text.replace(", answer = :answer", ""));
            }
            (Self::CountNoTries, Statement::Claim) => {
                let text = update["UpdateExpression"].as_str().unwrap_or_default();
                let counted = "if_not_exists(attempts, :zero) + :one";
                update["UpdateExpression"] = json!(text.replace(counted, "if_not_exists(attempts, :one)"));
            }
            (Self::KeepNoCause, Statement::Release) => {
                let text = update["UpdateExpression"].as_str().unwrap_or_default();
                update["UpdateExpression"] = json!(text.replace(", last_error = :error", ""));
            }
            (Self::EraseAndKeepTheKey, _) if update["TableName"] == PERSON_KEYS.name => {
                update["UpdateExpression"] = json!("SET asked_to_erase_at = :now");
            }
            (Self::HoldAtOnce, Statement::Stand) => {
                let text = update["UpdateExpression"].as_str().unwrap_or_default();
                update["UpdateExpression"] = json!(format!("{text}, holds = :holds"));
                value(update, ":holds", json!({ "BOOL": true }));
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
}

/// Takes out of an event what has caused it.
fn forget_cause(put: &mut Value) {
    let envelope = &mut put["Item"]["envelope"]["S"];
    let event = envelope
        .as_str()
        .and_then(|json| serde_json::from_str::<Value>(json).ok());
    if let Some(mut event) = event {
        remove(&mut event, "causationid");
        *envelope = json!(event.to_string());
    }
}

/// DynamoDB refuses values and names that no expression has.
fn forget_unused(update: &mut Value) {
    let text = |name: &str| update[name].as_str().unwrap_or_default().to_owned();
    let expressions = format!("{} {} ", text("UpdateExpression"), text("ConditionExpression"));
    let names = |name: &str| {
        expressions.match_indices(name).any(|(at, _)| {
            let next = expressions[at + name.len()..].chars().next();
            next.is_some_and(|c| !c.is_ascii_alphanumeric() && c != '_')
        })
    };
    for given in ["ExpressionAttributeValues", "ExpressionAttributeNames"] {
        if let Some(all) = update[given].as_object_mut() {
            all.retain(|name, _| names(name));
            if all.is_empty() {
                remove(update, given);
            }
        }
    }
}

fn remove(from: &mut Value, name: &str) {
    if let Some(from) = from.as_object_mut() {
        from.remove(name);
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
        _ if text.contains("letter = :letter") => Statement::Stand,
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
