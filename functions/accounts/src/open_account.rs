//! `open-account`: opens an account, which is the caller's.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{AccountOpened, currency_in_force_schema};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType, Versioned,
    catalogue::{Endpoint, IdempotencyKey, Link, Resource},
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal},
    amount::currency,
    views::AccountView,
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
    const SUMMARY: &'static str = "Opens an account, which is the caller's.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/accounts";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[
        Link::to("get-account", &[("id", "$response.body#/accountId")]),
        Link::to("deposit", &[("id", "$response.body#/accountId")]),
        Link::to("withdraw", &[("id", "$response.body#/accountId")]),
    ];
    const USES: &'static [Resource] = crate::MOVES_MONEY;
    const PUBLISHES: &'static [EventType] = &[AccountOpened::EVENT_TYPE];
    type Body = Body;
    type Query = ();
    type Answer = AccountView;
}

/// The Lambda function `open-account`.
#[must_use]
pub fn function() -> EndpointFunction<OpenAccount> {
    EndpointFunction::new(async |setting| {
        Ok(OpenAccount {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The one currency that it is to hold: ISO 4217.
    #[schemars(schema_with = "currency_in_force_schema")]
    currency: String,
}

impl Serve for OpenAccount {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let body = request.json()?;
        let currency = currency(&body.currency)?;
        let once = self.answers.once(request)?;
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
            Ok(work.answer(Answer::new(&AccountView::of(&account_id, &account))))
        });
        opening.await
    }
}
