//! The Lambda function `list-orders`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::list_orders::function())
}
