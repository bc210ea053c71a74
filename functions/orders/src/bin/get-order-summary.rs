//! The Lambda function `get-order-summary`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::get_order_summary::function())
}
