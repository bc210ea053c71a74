//! Callers that ask until they are answered, and what must hold of what they asked for.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use futures::future::join_all;
use http::{HeaderValue, Method};
use jiff::SignedDuration;
use tidings_aws::{
    event_store::{AsOf, Author, EventStore},
    http::{Answers, serve},
};
use tidings_core::{
    Clock as _, Envelope,
    catalogue::{DeclaredEndpoint, EVENTS, IDEMPOTENCY},
};

use crate::{
    Odds,
    chance::Chance,
    fleet::live,
    ledger::Ledger,
    rule::Rule,
    till::{Ask, CoinsAdded, Pay, Payment, Till, TooFew},
    time::VirtualClock,
};

/// The tills, and what is in each at first.
pub(crate) const TILLS: [&str; 3] = ["copper", "silver", "gold"];
const COINS: u32 = 100;
/// How often a caller asks before it gives up.
const PATIENCE: u32 = 40;
/// How likely a caller asks twice at once.
const IMPATIENT: f64 = 0.3;

/// The callers of a world.
pub(crate) struct Payers {
    pub(crate) network: Client,
    pub(crate) truth: Client,
    pub(crate) chance: Arc<Chance>,
    pub(crate) odds: Odds,
    pub(crate) clock: VirtualClock,
    pub(crate) ledger: Arc<Ledger>,
    /// What each was told, by payment.
    pub(crate) told: Mutex<BTreeMap<String, Vec<Told>>>,
}

/// What a caller was told in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is paid; the answer.
    Paid(String),
    /// There was too little.
    Refused,
    /// Nothing, however often it asked.
    Nothing,
}

impl Payers {
    /// Fills the tills, before anything can go wrong.
    pub(crate) async fn fill(&self) {
        let events = EventStore::new(self.truth.clone(), EVENTS.name);
        let events = events.with(Arc::new(self.clock), self.chance.clone());
        let author = Author::service("simulator");
        let filled = events.work::<TooFew, _, _>(&author, |mut work| async move {
            for till in TILLS {
                let added = CoinsAdded {
                    till: till.to_owned(),
                    coins: COINS,
                    payment: "at first".to_owned(),
                };
                let loaded = work.load::<Till>(till).await?;
                work.decide(loaded, &Ask::Add(added))?;
            }
            Ok(work.answer(()))
        });
        filled.await.expect("nothing has gone wrong yet");
    }

    /// Pays so often, over this time.
    pub(crate) async fn pay(&self, payments: u32, over: Duration) {
        let callers = (0..payments).flat_map(|number| {
            let (payment, begins) = (self.payment(number), self.chance.below(over.as_millis() as u64));
            let callers = 1 + usize::from(self.chance.hits(IMPATIENT));
            (0..callers).map(move |_| (payment.clone(), Duration::from_millis(begins)))
        });
        let callers: Vec<_> = callers.collect();
        let asked = callers.into_iter().map(async |(payment, begins)| {
            tokio::time::sleep(begins).await;
            let told = self.ask(&payment).await;
            let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(payment.payment).or_default().push(told);
        });
        join_all(asked).await;
    }

    fn payment(&self, number: u32) -> Payment {
        let from = self.chance.below(TILLS.len() as u64) as usize;
        let to = (from + 1 + self.chance.below(TILLS.len() as u64 - 1) as usize) % TILLS.len();
        Payment {
            payment: format!("payment-{number}"),
            from: TILLS[from].to_owned(),
            to: TILLS[to].to_owned(),
            coins: 1 + self.chance.below(60) as u32,
        }
    }

    /// Asks until there is an answer; each time another function is there, with a clock of its own.
    async fn ask(&self, payment: &Payment) -> Told {
        for _ in 0..PATIENCE {
            let skew = SignedDuration::from_millis(self.chance.below(1000) as i64 - 500);
            let clock = Arc::new(self.clock.skewed(skew));
            let events = EventStore::new(self.network.clone(), EVENTS.name);
            let pay = Pay {
                events: events.with(clock.clone(), self.chance.clone()),
                answers: Answers::new(self.network.clone(), IDEMPOTENCY.name).with(clock),
            };
            let declared = DeclaredEndpoint::by::<Pay>();
            let served = serve(&declared, &pay, request(payment));
            let answer = live(&self.chance, self.odds.crash, served).await;
            match answer.map(|answer| (answer.status_code, answer.body.unwrap_or_default())) {
                Some((201, body)) => return Told::Paid(body),
                Some((402, _)) => return Told::Refused,
                Some((409 | 500 | 503, _)) | None => {}
                Some((status, body)) => {
                    self.violation(Rule::OneAnswer, format!("{payment:?}: {status} {body}"))
                }
            }
            tokio::time::sleep(Duration::from_millis(self.chance.below(5_000))).await;
        }
        Told::Nothing
    }

    /// What must hold once nothing is in flight any more.
    pub(crate) async fn settled(&self) {
        let mut total = 0;
        for till in TILLS {
            let events = EventStore::new(self.truth.clone(), EVENTS.name);
            match events.load::<Till>(till, AsOf::Now).await {
                Ok(till) => total += till.state.coins,
                Err(failure) => {
                    let seen = format!("the till {till}: {}", failure.reason());
                    self.violation(Rule::HistoriesAreWhole, seen);
                }
            }
        }
        if total != i64::from(COINS) * TILLS.len() as i64 {
            self.violation(Rule::HistoriesAreWhole, format!("there are {total} coins"));
        }
        let moved = self.moved().await;
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (payment, told) in told {
            self.check(&payment, &told, moved.get(&payment).copied().unwrap_or_default());
        }
    }

    /// **A request has its effect once, and one answer**: paid is paid once, and told alike; refused is not paid, unless a second caller was
    /// told that it is.
    fn check(&self, payment: &str, told: &[Told], moved: u32) {
        let paid: Vec<&Told> = told.iter().filter(|told| matches!(told, Told::Paid(_))).collect();
        if paid.windows(2).any(|answers| answers[0] != answers[1]) {
            self.violation(Rule::OneAnswer, format!("{payment} has two answers: {paid:?}"));
        }
        let right = match (paid.len(), told.contains(&Told::Nothing)) {
            (1.., _) => moved == 1,
            (0, true) => moved <= 1,
            (0, false) => moved == 0,
        };
        if !right {
            let seen = format!("{payment}: callers were told {told:?}, and it was paid {moved} times");
            self.violation(Rule::OneAnswer, seen);
        }
    }

    /// How often coins were taken for each payment. **Every event of the store is published.**
    async fn moved(&self) -> BTreeMap<String, u32> {
        let mut moved = BTreeMap::new();
        let scan = self.truth.scan().table_name(EVENTS.name).into_paginator().items();
        let items = scan.send().collect::<Result<Vec<_>, _>>().await;
        for item in items.expect("the embedded database reads") {
            let text = item
                .get("envelope")
                .and_then(|text: &AttributeValue| text.as_s().ok());
            let Some(event) = text.and_then(|text| Envelope::parse(text).ok()) else {
                let seen = "an item of the event store holds no event".to_owned();
                self.violation(Rule::HistoriesAreWhole, seen);
                continue;
            };
            if item.contains_key("pending") {
                let seen = format!("the event {} is still to be published", event.id);
                self.violation(Rule::StatedIsPublished, seen);
            }
            if event.event_type == "coins.taken"
                && let Ok(payment) = serde_json::from_str::<Paid>(event.data())
            {
                *moved.entry(payment.payment).or_default() += 1;
            }
        }
        moved
    }

    fn violation(&self, rule: Rule, seen: String) {
        let seen = format!("payments: {seen} ({})", self.clock.now());
        self.ledger.violation(rule, seen);
    }
}

#[derive(serde::Deserialize)]
struct Paid {
    payment: String,
}

fn request(payment: &Payment) -> ApiGatewayV2httpRequest {
    let mut request = ApiGatewayV2httpRequest::default();
    request.request_context.http.method = Method::POST;
    request.raw_path = Some("/payments".to_owned());
    request.body = serde_json::to_string(payment).ok();
    let key = HeaderValue::from_str(&payment.payment).expect("a payment's name is a header's value");
    request.headers.insert("idempotency-key", key);
    request
}
