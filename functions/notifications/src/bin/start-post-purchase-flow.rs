//! The Lambda function `start-post-purchase-flow`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(notifications::start_post_purchase_flow::function())
}
