//! `get-customer`: whom parcels are for and where they go, now or as of a version or a time.

use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, EVENTS, Endpoint, Resource};

use crate::{
    aggregate::{Customer, user::only_themselves},
    history::{Asked, asked_for},
    views::CustomerView,
};

/// The query.
pub struct GetCustomer {
    /// Where customers are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for GetCustomer {
    const NAME: &'static str = "get-customer";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Who a customer is and where they live, now or earlier; for themselves.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/customers/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Read),
        Resource::Personal(Access::Read),
    ];
    type Body = ();
    type Query = Asked;
    type Answer = CustomerView;
}

/// The Lambda function `get-customer`.
#[must_use]
pub fn function() -> EndpointFunction<GetCustomer> {
    EndpointFunction::new(async |setting| {
        Ok(GetCustomer {
            events: setting.events()?,
        })
    })
}

impl Serve for GetCustomer {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        only_themselves(&id, request.actor().id.as_deref())?;
        let customer = asked_for::<Customer, _>(&self.events, request, &id).await?;
        Ok(Answer::new(&CustomerView::of(&id, &customer)))
    }
}
