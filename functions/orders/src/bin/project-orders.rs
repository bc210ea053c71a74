//! The Lambda function `project-orders`.

use orders::ProjectOrders;
use tidings_aws::{lambda, projection::Projector};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(ProjectOrders {
            projector: Projector::from_environment(config)?,
        })
    })
    .await
}
