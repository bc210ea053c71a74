//! `get-account`: what is in an account, now or as of a version or a time. Where the account has an owner, the owner asks.

use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, EVENTS, Endpoint, Resource, SNAPSHOTS};

use crate::{
    aggregate::{Account, AccountRefusal},
    history::asked_for,
    views,
};

/// The query.
pub struct GetAccount {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for GetAccount {
    const NAME: &'static str = "get-account";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/accounts/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Read),
        Resource::Table(&SNAPSHOTS, Access::Read),
    ];
}

impl Serve for GetAccount {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let id = request.path_parameter("id")?;
        let account = asked_for::<Account>(&self.events, request, &id).await?;
        let opened = account.state.opened();
        if opened.is_some_and(|opened| !opened.is_open_to(request.actor().id.as_deref())) {
            return Err(AccountRefusal::NotYours.into());
        }
        Ok(Answer::ok(views::account(&id, &account)))
    }
}
