//! The Lambda function `mark-order-shipped`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(orders::mark_order_shipped::function())
}
