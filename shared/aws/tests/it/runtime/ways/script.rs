//! A way as a script: the database, the handler and the dead-letter queue answer by it, and it notes what it is asked.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tidings_aws::Handler;
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, Transactional,
    catalogue::{Access, IDEMPOTENCY, Resource},
    consumer::guarantee,
    ports::{DeadLetter, DeadLetters, TransportError},
};

use crate::runtime::zoo::{Deed, EFFECTS, Poked, poke};

/// Too late to begin: within the last word, and before everything is given up.
const TOO_LATE: Duration = Duration::from_millis(200);

/// A way, and how far it is told.
pub struct Script {
    steps: Vec<String>,
    told: Mutex<Vec<String>>,
    database: SharedHttpConnector,
    truth: Client,
    deadline: Timestamp,
}

impl Script {
    pub fn of<'s>(
        steps: impl Iterator<Item = &'s str>,
        database: &EmbeddedDynamoDb,
        deadline: Timestamp,
    ) -> Self {
        Self {
            steps: steps.map(ToOwned::to_owned).collect(),
            told: Mutex::default(),
            database: database.connector(),
            truth: database.client(),
            deadline,
        }
    }

    /// What was asked and done, and what came of it.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What comes of `asked`, by the script; none where it tells of something else here. Who asks again what was not answered is not
    /// answered again.
    fn next(&self, asked: &str) -> Option<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let unanswered = format!("{asked}: no answer");
        if told.last() == Some(&unanswered) {
            return Some("no answer".to_owned());
        }
        let said = |step: &String| Some(step.strip_prefix(asked)?.strip_prefix(": ")?.to_owned());
        let answer = self.steps.get(told.len()).and_then(said);
        told.push(format!("{asked}: {}", answer.as_deref().unwrap_or("?")));
        answer
    }

    /// Whether it goes on so.
    fn goes_on(&self, step: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_on = self.steps.get(told.len()).is_some_and(|next| next == step);
        if goes_on {
            told.push(step.to_owned());
        }
        goes_on
    }

    /// Makes the record one that another try has written.
    async fn others(&self, status: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: i64| AttributeValue::N(number.to_string());
        let later = self.deadline.as_millisecond() + 60_000;
        let event = poke("a", Deed::Work).envelope().key();
        let put = self.truth.put_item().table_name(IDEMPOTENCY.name);
        let put = put
            .item("event", text(&event))
            .item("consumer", text(NAME))
            .item("record_status", text(status))
            .item("owner_token", text("another"))
            .item("lease_until", number(later))
            .item("attempts", number(1))
            .item("expires", number(later / 1000));
        put.send().await.unwrap();
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let body: Value =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        match self.next(asked(&body)).as_deref() {
            Some("own") => {}
            Some("already done") => self.others("completed").await,
            Some("in flight" | "not owned") => self.others("in_progress").await,
            _ => return Err(ConnectorError::timeout("no answer".into())),
        }
        let answer = self.database.call(request).await;
        if self.goes_on("too late") {
            let left = self.deadline.as_millisecond() - PRESENT_MILLIS;
            tokio::time::sleep(Duration::from_millis(left as u64) - TOO_LATE).await;
        }
        answer
    }

    async fn handle(&self) -> Result<(), Failure> {
        match self.next("handler").as_deref() {
            Some("done") => Ok(()),
            Some("permanent") => Err(Failure::permanent("by the script")),
            Some("stopped") => std::future::pending().await,
            _ => Err(Failure::transient("by the script")),
        }
    }
}

/// When a way begins; the invocation has its whole time then.
pub const PRESENT_MILLIS: i64 = 1_800_000_000_000;

/// What a request asks of the table, in the model's words.
fn asked(body: &Value) -> &'static str {
    let in_transaction = &body["TransactItems"][0]["Update"];
    let update = if in_transaction.is_null() {
        body
    } else {
        in_transaction
    };
    let text = update["UpdateExpression"].as_str().unwrap_or_default();
    let value = |name: &str| &update["ExpressionAttributeValues"][name];
    let begins = text.contains("attempts = ");
    match text {
        _ if begins && text.contains("record_status = :in_progress") => "claim",
        _ if begins && text.contains("record_status = :completed") => "commit",
        _ if text.contains("record_status = :completed") => "complete",
        _ if value(":status")["S"] == "failed" => "set aside",
        _ if text.contains("record_status = :status") && value(":lease") == value(":now") => "release",
        _ if text.contains("record_status = :status") => "note",
        _ => "something else",
    }
}

/// The network, by the script.
#[derive(Clone)]
pub struct Wire(pub Arc<Script>);

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let script = self.0.clone();
        HttpConnectorFuture::new(async move { script.answer(request).await })
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

#[async_trait]
impl DeadLetters for Script {
    async fn set_aside(&self, _: &DeadLetter) -> Result<(), TransportError> {
        match self.next("letter").as_deref() {
            Some("sent") => Ok(()),
            _ => Err(TransportError("by the script".to_owned())),
        }
    }
}

/// The name of both consumers.
const NAME: &str = "follow-script";

/// Whose handler does what the script says.
pub struct Scripted<G> {
    script: Arc<Script>,
    guarantee: std::marker::PhantomData<fn() -> G>,
}

impl<G> Scripted<G> {
    fn by(script: &Arc<Script>) -> Self {
        Self {
            script: script.clone(),
            guarantee: std::marker::PhantomData,
        }
    }
}

impl Scripted<guarantee::Leased> {
    pub fn leased(script: &Arc<Script>) -> Handler {
        Self::by(script).into()
    }
}

impl Scripted<guarantee::Transactional> {
    pub fn transactional(script: &Arc<Script>) -> Handler {
        Self::by(script).into()
    }
}

impl<G: guarantee::Guarantee> Consumer for Scripted<G> {
    const NAME: &'static str = NAME;
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Write)];
    type Event = Poked;
    type Guarantee = G;
}

impl Leased for Scripted<guarantee::Leased> {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, _: Poked, _: &Context) -> Result<Effects, Failure> {
        self.script.handle().await?;
        Ok(Effects::none())
    }
}

impl Transactional for Scripted<guarantee::Transactional> {
    fn decide(&self, event: Poked, _: &Context) -> Result<Effects, Failure> {
        use futures::FutureExt as _;

        let decided = self.script.handle().now_or_never();
        decided.unwrap_or_else(|| Err(Failure::permanent("a decision waits for nothing")))?;
        Ok(Effects::none().add(&EFFECTS, &json!({ "id": event.id }), &[("runs", 1)])?)
    }
}
