//! `transfer`: moves money from one account to another. The withdrawal, the deposit and `transfer.completed` are events of three aggregates, and commit
//! in one transaction: all of them are true, or none.

use serde::Deserialize;
use serde_json::json;
use storefront_contracts::{DepositMade, Money, TransferCompleted, WithdrawalMade};
use tidings_aws::{
    event_store::{EventStore, Work, WorkError},
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType, Versioned,
    catalogue::{Endpoint, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal, Completed, TransferRefusal},
    amount::currency,
    views,
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
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/transfers";
    const USES: &'static [Resource] = crate::MOVES_MONEY;

    fn publishes() -> Vec<EventType> {
        vec![
            TransferCompleted::event_type(),
            WithdrawalMade::event_type(),
            DepositMade::event_type(),
        ]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    from: String,
    to: String,
    amount: i64,
    currency: String,
}

impl Serve for Transfer {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let body: Body = request.json()?;
        let amount = Money {
            amount: body.amount,
            currency: currency(&body.currency)?,
        };
        let once = self.answers.once::<Self>(request)?;
        let author = request.author(Self::SERVICE);
        let (body, by) = (&body, &author.actor.id);
        let transferring = once.work(&self.events, &author, |mut work| async move {
            let transfer = TransferCompleted {
                transfer_id: format!("trf-{}", work.id().simple()),
                from: body.from.clone(),
                to: body.to.clone(),
                amount,
            };
            // First, because an account that is named twice would be loaded and written twice.
            work.decide::<_, TransferRefusal>(Versioned::<Completed>::default(), &transfer)?;
            let from = withdraw(&mut work, &transfer, by.clone()).await;
            let from = from.map_err(|error| error.map_refusal(TransferRefusal::From))?;
            let to = deposit(&mut work, &transfer).await;
            to.map_err(|error| error.map_refusal(TransferRefusal::To))?;
            Ok(work.answer(Answer::created(json!({
                "transferId": transfer.transfer_id,
                "amount": amount,
                // What is in the other account is not the caller's to know.
                "from": views::account(&transfer.from, &from),
                "to": { "accountId": transfer.to },
            }))))
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
