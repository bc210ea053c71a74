//! The Lambda function `start-post-purchase-flow`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(notifications::start_post_purchase_flow::function())
}
