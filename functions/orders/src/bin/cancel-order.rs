//! The Lambda function `cancel-order`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::cancel_order::function())
}
