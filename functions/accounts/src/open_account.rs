//! `open-account`: opens an account, which is the caller's.

use serde::Deserialize;
use storefront_contracts::AccountOpened;
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType, Versioned,
    catalogue::{Endpoint, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal},
    amount::currency,
    views,
};

/// The publisher.
pub struct OpenAccount {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for OpenAccount {
    const NAME: &'static str = "open-account";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/accounts";
    const USES: &'static [Resource] = crate::MOVES_MONEY;

    fn publishes() -> Vec<EventType> {
        vec![AccountOpened::event_type()]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    currency: String,
}

impl Serve for OpenAccount {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let body: Body = request.json()?;
        let currency = currency(&body.currency)?;
        let once = self.answers.once::<Self>(request)?;
        let author = request.author(Self::SERVICE);
        let owner_id = &author.actor.id;
        let opening = once.work::<AccountRefusal, _>(&self.events, &author, |mut work| async move {
            let account_id = format!("acc-{}", work.id().simple());
            let open = AccountCommand::Open(AccountOpened {
                account_id: account_id.clone(),
                owner_id: owner_id.clone(),
                currency,
            });
            // A new id: there is nothing to load.
            let account = work.decide(Versioned::<Account>::default(), &open)?;
            Ok(work.answer(Answer::created(views::account(&account_id, &account))))
        });
        opening.await
    }
}
