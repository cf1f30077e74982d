//! The whole service on PostgreSQL, Redis and RabbitMQ.
