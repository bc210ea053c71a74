//! `get-customer`: whom parcels are for and where they go, now or as of a version or a time.

use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, EVENTS, Endpoint, Resource};

use crate::{
    aggregate::{Customer, user::only_themselves},
    history::asked_for,
    views,
};

/// The query.
pub struct GetCustomer {
    /// Where customers are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for GetCustomer {
    const NAME: &'static str = "get-customer";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/customers/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Read),
        Resource::Personal(Access::Read),
    ];
}

impl Serve for GetCustomer {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let id = request.path_parameter("id")?;
        only_themselves(&id, request.actor().id.as_deref())?;
        let customer = asked_for::<Customer>(&self.events, request, &id).await?;
        Ok(Answer::ok(views::customer(&id, &customer)))
    }
}
