//! Requests with an `Idempotency-Key`, on the embedded DynamoDB.

use std::time::Duration;

use aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer as Authorizer, ApiGatewayRequestAuthorizerIamDescription as Iam,
    ApiGatewayV2httpRequest,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::future::join_all;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve, serve},
};
use tidings_core::{
    Aggregate, Event,
    catalogue::{DeclaredEndpoint, EVENTS, Endpoint, IDEMPOTENCY, IdempotencyKey},
};
use tidings_testkit::Bench;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HoneyMoved {
    pot: String,
    spoons: i64,
}

impl Event for HoneyMoved {
    const TYPE: &'static str = "honey.moved";
    const AGGREGATE: &'static str = "pot";

    fn aggregate_id(&self) -> &str {
        &self.pot
    }
}

#[derive(Debug, Default)]
struct Pot {
    spoons: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("there are only {0} spoons of honey")]
struct TooLittle(i64);

impl From<TooLittle> for Problem {
    fn from(refusal: TooLittle) -> Self {
        Self::new(StatusCode::CONFLICT, refusal.to_string())
    }
}

impl Aggregate for Pot {
    const TYPE: &'static str = "pot";
    type Event = HoneyMoved;
    type Command = HoneyMoved;
    type Refusal = TooLittle;

    fn decide(&self, moved: &HoneyMoved) -> Result<Vec<HoneyMoved>, TooLittle> {
        match self.spoons + moved.spoons < 0 {
            true => Err(TooLittle(self.spoons)),
            false => Ok(vec![moved.clone()]),
        }
    }

    fn evolve(self, moved: HoneyMoved) -> Self {
        Self {
            spoons: self.spoons + moved.spoons,
        }
    }
}

/// Moves honey into a pot, or out of it.
struct MoveHoney<const KEYED: bool = true> {
    events: EventStore,
    answers: Answers,
}

impl<const KEYED: bool> Endpoint for MoveHoney<KEYED> {
    const NAME: &'static str = "move-honey";
    const SERVICE: &'static str = "woods";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/pots/{pot}";
    const SUMMARY: &'static str = "Moves honey into a pot, or out of it.";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = match KEYED {
        true => IdempotencyKey::Required,
        false => IdempotencyKey::Optional,
    };
    type Body = Move;
    type Query = ();
    type Answer = Moved;
}

#[derive(Deserialize, JsonSchema)]
struct Move {
    spoons: i64,
}

#[derive(Serialize, JsonSchema)]
struct Moved {
    spoons: i64,
    event: String,
}

impl<const KEYED: bool> Serve for MoveHoney<KEYED> {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let Move { spoons } = request.json()?;
        let pot = request.path_parameter("pot")?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let moved = &HoneyMoved { pot, spoons };
        let moving = once.work::<TooLittle, _>(&self.events, &author, |mut work| async move {
            let pot = work.load::<Pot>(&moved.pot).await?;
            let pot = work.decide(pot, moved)?;
            // The event's id is a new one each time, so an answer that is made anew is another.
            let event = work.events()[0].id.clone();
            let spoons = pot.state.spoons;
            Ok(work.answer(Answer::new(&Moved { spoons, event })))
        });
        moving.await
    }
}

struct Woods<const KEYED: bool = true> {
    bench: Bench,
    endpoint: MoveHoney<KEYED>,
}

/// A request, and how it differs from others.
#[derive(Clone)]
struct Asked {
    path: &'static str,
    query: &'static str,
    body: &'static str,
    keys: Vec<&'static str>,
    caller: Option<&'static str>,
}

/// Seven spoons into the pot `a`.
fn seven(key: &'static str) -> Asked {
    Asked {
        path: "/pots/a",
        query: "",
        body: r#"{"spoons":7}"#,
        keys: vec![key],
        caller: None,
    }
}

/// Seven spoons out of it.
fn all_of_it(key: &'static str) -> Asked {
    Asked {
        body: r#"{"spoons":-7}"#,
        ..seven(key)
    }
}

impl<const KEYED: bool> Woods<KEYED> {
    async fn open() -> Self {
        Self::on(Bench::open().await).await
    }

    async fn on(bench: Bench) -> Self {
        let endpoint = MoveHoney {
            events: bench.events().await,
            answers: bench.answers(),
        };
        Self { bench, endpoint }
    }

    /// The answer's status and bytes.
    async fn ask(&self, asked: Asked) -> (i64, String) {
        let mut request = ApiGatewayV2httpRequest::default();
        request.request_context.http.method = Method::POST;
        request.raw_path = Some(asked.path.to_owned());
        request.raw_query_string = Some(asked.query.to_owned());
        request.body = Some(asked.body.to_owned());
        for key in asked.keys {
            let name = HeaderName::from_static("idempotency-key");
            request
                .headers
                .append(name, HeaderValue::from_bytes(key.as_bytes()).unwrap());
        }
        if let Some(id) = asked.caller {
            let mut iam = Iam::default();
            iam.user_id = Some(id.to_owned());
            let mut authorizer = Authorizer::default();
            authorizer.iam = Some(iam);
            request.request_context.authorizer = Some(authorizer);
        }
        let declared = DeclaredEndpoint::by::<MoveHoney<KEYED>>();
        let answer = serve(&declared, &self.endpoint, request).await;
        (answer.status_code, answer.body.unwrap())
    }

    async fn events(&self) -> usize {
        self.bench.rows(&EVENTS).await.len()
    }

    async fn kept(&self) -> usize {
        self.bench.rows(&IDEMPOTENCY).await.len()
    }
}

#[tokio::test]
async fn the_same_request_with_the_same_key_gets_the_same_answer_and_has_one_effect() {
    let woods = Woods::<true>::open().await;
    let first = woods.ask(seven("k1")).await;
    assert_eq!(first.0, 201);
    for again in ["k1", "\"k1\"", " k1 "] {
        assert_eq!(woods.ask(seven(again)).await, first);
    }
    assert_eq!((woods.events().await, woods.kept().await), (1, 1));
    assert_ne!(woods.ask(seven("k2")).await, first);
    assert_eq!((woods.events().await, woods.kept().await), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn of_twenty_at_once_one_writes_and_all_get_its_answer() {
    for seed in 0..10 {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        let woods = Woods::<true>::on(bench.with_latency(seed)).await;
        let answers = join_all((0..20).map(|_| woods.ask(seven("k")))).await;
        assert_eq!(answers[0].0, 201, "seed {seed}: {answers:?}");
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "seed {seed}: {answers:?}"
        );
        assert_eq!((woods.events().await, woods.kept().await), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_because_the_same_request_was_done_gets_its_answer() {
    for seed in 0..10 {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        let woods = Woods::<true>::on(bench.with_latency(seed)).await;
        woods.ask(seven("k1")).await;
        // One takes all there is: each other one, if it is decided later, is refused by the rules.
        let answers = join_all((0..5).map(|_| woods.ask(all_of_it("k2")))).await;
        let first = answers[0].clone();
        assert_eq!(first.0, 201, "seed {seed}: {answers:?}");
        assert!(
            answers.iter().all(|answer| *answer == first),
            "seed {seed}: {answers:?}"
        );
        assert_eq!(woods.ask(all_of_it("k2")).await, first);
        assert_eq!(woods.events().await, 2);
    }
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused_and_does_nothing() {
    let woods = Woods::<true>::open().await;
    woods.ask(seven("k")).await;
    let others = [
        Asked {
            body: r#"{"spoons":8}"#,
            ..seven("k")
        },
        Asked {
            path: "/pots/b",
            ..seven("k")
        },
        Asked {
            query: "strained=true",
            ..seven("k")
        },
        // Refused by the rules as well.
        Asked {
            body: r#"{"spoons":-8}"#,
            ..seven("k")
        },
    ];
    for other in others {
        let (status, problem) = woods.ask(other).await;
        assert_eq!(status, 422);
        assert!(problem.contains("used before for another request"), "{problem}");
    }
    assert_eq!((woods.events().await, woods.kept().await), (1, 1));
}

#[tokio::test]
async fn what_is_kept_of_a_request_confirms_no_guess_of_what_it_said() {
    let woods = Woods::<true>::open().await;
    for key in ["a-key-of-the-client", "another"] {
        woods.ask(seven(key)).await;
    }
    let [one, other] = woods.bench.rows(&IDEMPOTENCY).await.try_into().unwrap();
    assert_ne!(one["request_hash"], other["request_hash"], "of the same request");
    let kept = format!("{one} {other}");
    assert!(!kept.contains("a-key-of-the-client"), "{kept}");
    // Who has the table and guesses the request.
    let guess = Sha256::digest("/pots/a\n\n{\"spoons\":7}");
    assert!(!kept.contains(&BASE64_STANDARD.encode(guess)), "{kept}");
}

#[tokio::test]
async fn a_key_belongs_to_its_caller() {
    let woods = Woods::<true>::open().await;
    let callers = [None, Some("u-1"), Some("u-2"), Some("u-2#k"), Some("u-2%23k")];
    for caller in callers {
        let asked = Asked { caller, ..seven("k") };
        assert_eq!(woods.ask(asked.clone()).await, woods.ask(asked).await);
    }
    assert_eq!(woods.events().await, callers.len());
    // Not the caller `u-2#k` with the key `k`.
    let asked = Asked {
        caller: Some("u-2"),
        ..seven("k#k")
    };
    assert_eq!(woods.ask(asked).await.0, 201);
    assert_eq!(woods.events().await, callers.len() + 1);
}

#[tokio::test]
async fn a_missing_or_malformed_key_is_named_and_nothing_is_done() {
    let woods = Woods::<true>::open().await;
    let none = Asked {
        keys: vec![],
        ..seven("")
    };
    let two = Asked {
        keys: vec!["a", "b"],
        ..seven("")
    };
    let others = ["", "a b", "\"a", "a,b", "schlüssel"].map(seven);
    for asked in [none, two].into_iter().chain(others) {
        let (status, problem) = woods.ask(asked).await;
        let problem: serde_json::Value = serde_json::from_str(&problem).unwrap();
        assert_eq!(
            (status, &problem["errors"][0]["parameter"]),
            (400, &json!("Idempotency-Key")),
            "{problem}"
        );
    }
    assert_eq!((woods.events().await, woods.kept().await), (0, 0));
}

#[tokio::test]
async fn a_refusal_is_not_kept_and_a_repetition_is_decided_anew() {
    let woods = Woods::<true>::open().await;
    let (status, refused) = woods.ask(all_of_it("k1")).await;
    assert_eq!(status, 409, "{refused}");
    assert_eq!((woods.events().await, woods.kept().await), (0, 0));
    woods.ask(seven("k2")).await;
    assert_eq!(woods.ask(all_of_it("k1")).await.0, 201);
    assert_eq!(woods.events().await, 2);
}

#[tokio::test]
async fn after_thirty_days_a_key_is_new() {
    let woods = Woods::<true>::open().await;
    let first = woods.ask(seven("k")).await;
    woods.bench.pass(Duration::from_secs(30 * 24 * 60 * 60 - 1));
    assert_eq!(woods.ask(seven("k")).await, first);
    woods.bench.pass(Duration::from_secs(1));
    let anew = woods.ask(seven("k")).await;
    assert_ne!(anew, first);
    assert_eq!(woods.ask(seven("k")).await, anew);
    assert_eq!((woods.events().await, woods.kept().await), (2, 1));
}

#[tokio::test]
async fn where_a_key_is_optional_each_request_without_one_is_its_own() {
    let woods = Woods::<false>::open().await;
    let without = Asked {
        keys: vec![],
        ..seven("")
    };
    for _ in 0..2 {
        assert_eq!(woods.ask(without.clone()).await.0, 201);
    }
    assert_eq!((woods.events().await, woods.kept().await), (2, 0));
    assert_eq!(woods.ask(seven("k")).await, woods.ask(seven("k")).await);
    assert_eq!(woods.events().await, 3);
}

#[tokio::test]
async fn the_users_of_an_identity_pool_are_not_taken_for_one_customer() {
    let woods = Woods::<true>::open().await;
    let called = |caller| Asked {
        caller: Some(caller),
        ..seven("k1")
    };
    let (status, body) = woods.ask(called("AROAEXAMPLE:CognitoIdentityCredentials")).await;
    assert_eq!(status, 403, "{body}");
    assert_eq!((woods.events().await, woods.kept().await), (0, 0));
    for known in ["AROAEXAMPLE:usr-ada", "AIDAEXAMPLE"] {
        assert_eq!(woods.ask(called(known)).await.0, 201);
    }
}
