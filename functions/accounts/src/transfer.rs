//! `transfer`: moves money from one account to another. The withdrawal, the deposit and `transfer.completed` are events of three aggregates, and commit
//! in one transaction: all of them are true, or none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::{DepositMade, Money, TransferCompleted, WithdrawalMade, currency_in_force_schema};
use tidings_aws::{
    EndpointFunction,
    event_store::{EventStore, Work, WorkError},
    http::{Answer, Answers, Id, LARGEST_WHOLE, Problem, Request, Serve, whole},
};
use tidings_core::{
    Event, EventType, Versioned,
    catalogue::{Endpoint, IdempotencyKey, Link, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal, Completed, TransferRefusal},
    amount::money,
    views::{AccountView, Payee},
};

/// The publisher.
pub struct Transfer {
    /// Where accounts and transfers are kept, as their events.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for Transfer {
    const NAME: &'static str = "transfer";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Moves money from one account to another.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/transfers";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[Link::to(
        "get-account",
        &[("id", "$response.body#/from/accountId")],
    )];
    const USES: &'static [Resource] = crate::MOVES_MONEY;
    const PUBLISHES: &'static [EventType] = &[
        TransferCompleted::EVENT_TYPE,
        WithdrawalMade::EVENT_TYPE,
        DepositMade::EVENT_TYPE,
    ];
    type Body = Body;
    type Query = ();
    type Answer = Transferred;
}

/// The Lambda function `transfer`.
#[must_use]
pub fn function() -> EndpointFunction<Transfer> {
    EndpointFunction::new(async |setting| {
        Ok(Transfer {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The account that the money leaves, which is the caller's or nobody's.
    #[schemars(example = &"acc-1")]
    from: Id,
    /// The account that it comes to, which is another one.
    #[schemars(example = &"acc-2")]
    to: Id,
    /// In the currency's minor unit (cents of EUR).
    #[schemars(range(min = 1, max = LARGEST_WHOLE), example = 500)]
    #[serde(deserialize_with = "whole")]
    amount: i64,
    /// ISO 4217.
    #[schemars(schema_with = "currency_in_force_schema")]
    currency: String,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transferred {
    amount: Money,
    /// The account that the money left, as it is now.
    from: AccountView,
    /// The account that it came to.
    to: Payee,
    transfer_id: String,
}

impl Serve for Transfer {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let body = request.json()?;
        let amount = money(body.amount, &body.currency)?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let (body, by) = (&body, &author.actor.id);
        let transferring = once.work(&self.events, &author, |mut work| async move {
            let transfer = TransferCompleted {
                transfer_id: format!("trf-{}", work.id().simple()),
                from: body.from.to_string(),
                to: body.to.to_string(),
                amount,
            };
            // First, because an account that is named twice would be loaded and written twice.
            work.decide::<_, TransferRefusal>(Versioned::<Completed>::default(), &transfer)?;
            let from = withdraw(&mut work, &transfer, by.clone()).await;
            let from = from.map_err(|error| error.map_refusal(TransferRefusal::From))?;
            let to = deposit(&mut work, &transfer).await;
            to.map_err(|error| error.map_refusal(TransferRefusal::To))?;
            Ok(work.answer(Answer::new(&Transferred {
                from: AccountView::of(&transfer.from, &from),
                to: Payee {
                    account_id: transfer.to,
                },
                transfer_id: transfer.transfer_id,
                amount,
            })))
        });
        transferring.await
    }
}

async fn withdraw(
    work: &mut Work<'_>,
    transfer: &TransferCompleted,
    by: Option<String>,
) -> Result<Versioned<Account>, WorkError<AccountRefusal>> {
    let withdrawal = WithdrawalMade {
        account_id: transfer.from.clone(),
        amount: transfer.amount,
        transfer_id: Some(transfer.transfer_id.clone()),
    };
    let account = work.load::<Account>(&transfer.from).await?;
    work.decide(account, &AccountCommand::Withdraw { withdrawal, by })
}

async fn deposit(
    work: &mut Work<'_>,
    transfer: &TransferCompleted,
) -> Result<Versioned<Account>, WorkError<AccountRefusal>> {
    let deposit = DepositMade {
        account_id: transfer.to.clone(),
        amount: transfer.amount,
        transfer_id: Some(transfer.transfer_id.clone()),
    };
    let account = work.load::<Account>(&transfer.to).await?;
    work.decide(account, &AccountCommand::Deposit(deposit))
}
