//! The Lambda function `change-order-status`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::change_order_status::function())
}
