"""Walk-in queue: guests without a booking take a number, the front desk calls the next."""
