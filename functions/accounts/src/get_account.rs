//! `get-account`: what is in an account, now or as of a version or a time. Where the account has an owner, the owner asks.

use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, EVENTS, Endpoint, Resource, SNAPSHOTS};

use crate::{
    aggregate::{Account, AccountRefusal},
    history::{Asked, asked_for},
    views::AccountView,
};

/// The query.
pub struct GetAccount {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for GetAccount {
    const NAME: &'static str = "get-account";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "What is in an account, now or earlier; for its owner.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/accounts/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Read),
        Resource::Table(&SNAPSHOTS, Access::Read),
    ];
    type Body = ();
    type Query = Asked;
    type Answer = AccountView;
}

/// The Lambda function `get-account`.
#[must_use]
pub fn function() -> EndpointFunction<GetAccount> {
    EndpointFunction::new(async |setting| {
        Ok(GetAccount {
            events: setting.events()?,
        })
    })
}

impl Serve for GetAccount {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        let account = asked_for::<Account, _>(&self.events, request, &id).await?;
        let opened = account.state.opened();
        if opened.is_some_and(|opened| !opened.is_open_to(request.actor().id.as_deref())) {
            return Err(AccountRefusal::NotYours.into());
        }
        Ok(Answer::new(&AccountView::of(&id, &account)))
    }
}
