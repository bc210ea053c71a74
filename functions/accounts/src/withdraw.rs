//! `withdraw`: takes money out of an account. Where the account has an owner, the owner asks.

use storefront_contracts::WithdrawalMade;
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Endpoint, IdempotencyKey, Link, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal},
    amount::Amount,
    views::AccountView,
};

/// The publisher.
pub struct Withdraw {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for Withdraw {
    const NAME: &'static str = "withdraw";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Takes money out of an account, for its owner.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/accounts/{id}/withdrawals";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[Link::to("get-account", &[("id", "$response.body#/accountId")])];
    const USES: &'static [Resource] = crate::MOVES_MONEY;
    const PUBLISHES: &'static [EventType] = &[WithdrawalMade::EVENT_TYPE];
    type Body = Amount;
    type Query = ();
    type Answer = AccountView;
}

/// The Lambda function `withdraw`.
#[must_use]
pub fn function() -> EndpointFunction<Withdraw> {
    EndpointFunction::new(async |setting| {
        Ok(Withdraw {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

impl Serve for Withdraw {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = &request.path_parameter("id")?;
        let amount = request.json()?.money()?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let withdrawal = WithdrawalMade {
            account_id: id.clone(),
            amount,
            transfer_id: None,
        };
        let withdraw = &AccountCommand::Withdraw {
            withdrawal,
            by: author.actor.id.clone(),
        };
        let withdrawing = once.work::<AccountRefusal, _>(&self.events, &author, |mut work| async move {
            let account = work.load::<Account>(id).await?;
            let account = work.decide(account, withdraw)?;
            Ok(work.answer(Answer::new(&AccountView::of(id, &account))))
        });
        withdrawing.await
    }
}
