//! `{{name}}`: states `{{event}}`, as its caller tells it. Say here what it decides instead.

use schemars::JsonSchema;
use serde::Serialize;
use {{krate}}::{{rust}};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType, Failure, Outgoing,
    catalogue::{Access, Callers, EVENTS, Endpoint, IDEMPOTENCY, IdempotencyKey, Resource},
    causation::originate,
};

/// The publisher.
pub struct {{struct}} {
    /// What commits the event together with the answer.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for {{struct}} {
    const NAME: &'static str = "{{name}}";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "States {{event}}.";
    // What a caller says is stated unseen. Customers may call once the function looks whose it is that they speak of.
    const CALLERS: Callers = Callers::Staff;
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/{{name}}";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Append),
        Resource::Table(&IDEMPOTENCY, Access::ReadWrite),{{personal}}
    ];
    const PUBLISHES: &'static [EventType] = &[{{rust}}::EVENT_TYPE];
    type Body = {{rust}};
    type Query = ();
    type Answer = Stated;
}

/// The Lambda function `{{name}}`.
#[must_use]
pub fn function() -> EndpointFunction<{{struct}}> {
    EndpointFunction::new(async |setting| {
        Ok({{struct}} {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stated {
    /// What the event is about.
    id: String,
}

impl Serve for {{struct}} {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let event = request.json()?;
        // The first event of its history: where there is one already, 409 is answered. A later one is decided on its aggregate
        // (`work.load`, `work.decide`), with `Access::ReadAppend`.
        let stated = &Outgoing::new(&event, 1).map_err(Failure::from)?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let stating = once.work::<Problem, _>(&self.events, &author, |mut work| async move {
            let origin = request.origin(Self::SERVICE, work.id(), work.now());
            work.state(originate(stated.clone(), origin));
            let id = stated.aggregate_id().to_owned();
            Ok(work.answer(Answer::new(&Stated { id })))
        });
        stating.await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tidings_testkit::{Bench, post};

    use super::*;

    #[tokio::test]
    async fn a_request_states_one_event_however_often_it_is_sent() {
        let sample = include_str!("../../../events/{{event}}/v{{version}}.json");
        let sample: Value = serde_json::from_str(sample).unwrap();
        let bench = Bench::open().await;
        let publisher = {{struct}} {
            events: bench.events().await,
            answers: bench.answers(),
        };
        let request = post(&sample["data"]).at({{struct}}::PATH);
        let without_key = request.clone().to(&publisher).await;
        assert_eq!(without_key.status, 400, "{without_key:?}");

        let request = request.header("idempotency-key", "key-1");
        let answered = request.clone().to(&publisher).await;
        assert_eq!(answered.status, 201, "{answered:?}");
        assert_eq!(answered.body["id"], sample["subject"]);
        assert_eq!(request.to(&publisher).await, answered);

        let [event] = bench.stated().await.try_into().expect("one event");{{opened}}
        assert_eq!(event.event_type, {{rust}}::TYPE);
        let data: Value = serde_json::from_str(event.readable()).unwrap();
        assert_eq!(data, sample["data"]);
    }
}
