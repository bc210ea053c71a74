//! What callers move money between: an aggregate, and an endpoint that moves coins from one to another, once for each key.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Aggregate, Event,
    catalogue::{Endpoint, IdempotencyKey},
    events,
};

/// Coins came into a till.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CoinsAdded {
    /// The till.
    pub till: String,
    /// How many.
    pub coins: u32,
    /// Of which payment.
    pub payment: String,
}

/// Coins left a till.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CoinsTaken {
    /// The till.
    pub till: String,
    /// How many.
    pub coins: u32,
    /// Of which payment.
    pub payment: String,
}

macro_rules! about_tills {
    ($($name:ident = $text:literal),*) => {$(
        impl Event for $name {
            const TYPE: &'static str = $text;
            const AGGREGATE: &'static str = "till";

            fn aggregate_id(&self) -> &str {
                &self.till
            }
        }
    )*};
}

about_tills!(CoinsAdded = "coins.added", CoinsTaken = "coins.taken");

events! {
    /// What happens to a till.
    pub enum TillEvent { CoinsAdded, CoinsTaken }
}

/// A till, as its events make it. It may go below zero here, so that a fault which lets it shows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Till {
    /// What is in it.
    pub coins: i64,
}

/// What can be asked of a till.
#[derive(Debug)]
pub enum Ask {
    /// Coins come in.
    Add(CoinsAdded),
    /// Coins go out.
    Take(CoinsTaken),
}

/// There are fewer coins than are to be taken.
#[derive(Debug, thiserror::Error)]
#[error("there are not so many coins in the till")]
pub struct TooFew;

impl From<TooFew> for Problem {
    fn from(too_few: TooFew) -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, too_few.to_string())
    }
}

impl Aggregate for Till {
    const TYPE: &'static str = "till";
    type Event = TillEvent;
    type Command = Ask;
    type Refusal = TooFew;

    fn decide(&self, ask: &Ask) -> Result<Vec<TillEvent>, TooFew> {
        match ask {
            Ask::Add(added) => Ok(vec![added.clone().into()]),
            Ask::Take(taken) if i64::from(taken.coins) > self.coins => Err(TooFew),
            Ask::Take(taken) => Ok(vec![taken.clone().into()]),
        }
    }

    fn evolve(self, event: TillEvent) -> Self {
        let coins = match event {
            TillEvent::CoinsAdded(added) => self.coins + i64::from(added.coins),
            TillEvent::CoinsTaken(taken) => self.coins - i64::from(taken.coins),
        };
        Self { coins }
    }
}

/// Moves coins from one till to another, in one transaction.
pub struct Pay {
    /// Where tills are kept.
    pub events: EventStore,
    /// Where answers are.
    pub answers: Answers,
}

/// What is to be paid.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Its key.
    pub payment: String,
    /// From which till.
    pub from: String,
    /// To which.
    pub to: String,
    /// How much.
    pub coins: u32,
}

impl Endpoint for Pay {
    const NAME: &'static str = "pay";
    const SERVICE: &'static str = "simulator";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/payments";
    const SUMMARY: &'static str = "Moves coins from one till to another.";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    type Body = Payment;
    type Query = ();
    type Answer = Left;
}

/// What is left.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Left {
    payer: i64,
    payee: i64,
}

impl Serve for Pay {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let payment = request.json()?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let payment = &payment;
        let paid = once.work::<TooFew, _>(&self.events, &author, |mut work| async move {
            let Payment {
                payment,
                from,
                to,
                coins,
            } = payment.clone();
            let (payer, payee) = (work.load::<Till>(&from).await?, work.load::<Till>(&to).await?);
            let taken = CoinsTaken {
                till: from,
                coins,
                payment: payment.clone(),
            };
            let payer = work.decide(payer, &Ask::Take(taken))?;
            let payee = work.decide(
                payee,
                &Ask::Add(CoinsAdded {
                    till: to,
                    coins,
                    payment,
                }),
            )?;
            let left = Left {
                payer: payer.state.coins,
                payee: payee.state.coins,
            };
            Ok(work.answer(Answer::new(&left)))
        });
        paid.await
    }
}
