//! `deposit`: puts money into an account. Anybody may; what is in it then is shown to whomever the account is open to.

use storefront_contracts::DepositMade;
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Callers, Endpoint, IdempotencyKey, Link, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal},
    amount::Amount,
    views::PaidInto,
};

/// The publisher.
pub struct Deposit {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for Deposit {
    const NAME: &'static str = "deposit";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Puts money into an account.";
    const CALLERS: Callers = Callers::Staff;
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/accounts/{id}/deposits";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[
        Link::to("get-account", &[("id", "$response.body#/accountId")]),
        Link::to("withdraw", &[("id", "$response.body#/accountId")]),
    ];
    const USES: &'static [Resource] = crate::MOVES_MONEY;
    const PUBLISHES: &'static [EventType] = &[DepositMade::EVENT_TYPE];
    type Body = Amount;
    type Query = ();
    type Answer = PaidInto;
}

/// The Lambda function `deposit`.
#[must_use]
pub fn function() -> EndpointFunction<Deposit> {
    EndpointFunction::new(async |setting| {
        Ok(Deposit {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

impl Serve for Deposit {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = &request.path_parameter("id")?;
        let amount = request.json()?.money()?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let deposit = &AccountCommand::Deposit(DepositMade {
            account_id: id.clone(),
            amount,
            transfer_id: None,
        });
        let caller = author.actor.id.as_deref();
        let depositing = once.work::<AccountRefusal, _>(&self.events, &author, |mut work| async move {
            let account = work.load::<Account>(id).await?;
            let account = work.decide(account, deposit)?;
            Ok(work.answer(Answer::new(&PaidInto::of(id, &account, caller))))
        });
        depositing.await
    }
}
