//! `project-orders`: keeps the read model of orders up to date.
//!
//! Natural: a view says how many events it shows, and takes each once, in their order.

use tidings_aws::{ConsumerFunction, projection::Projector};
use tidings_core::{Consumer, Context, Failure, Natural, catalogue::Resource, consumer::guarantee};

use crate::{order::OrderEvent, order_view::OrderViews};

/// The consumer.
pub struct ProjectOrders {
    /// The views, and the store that tells what is missing in them.
    pub projector: Projector<OrderViews>,
}

impl Consumer for ProjectOrders {
    const NAME: &'static str = "project-orders";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = Projector::<OrderViews>::USES;
    type Event = OrderEvent;
    type Guarantee = guarantee::Natural;
}

/// The Lambda function `project-orders`.
#[must_use]
pub fn function() -> ConsumerFunction<ProjectOrders> {
    ConsumerFunction::new(async |setting| {
        Ok(ProjectOrders {
            projector: setting.projector()?,
        })
    })
}

impl Natural for ProjectOrders {
    async fn perform(&self, _: OrderEvent, context: &Context) -> Result<(), Failure> {
        self.projector.take(&context.envelope).await
    }
}
