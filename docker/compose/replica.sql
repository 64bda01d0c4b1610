-- Run once, when a replica's data directory is new. The server starts to replicate at its next start.
-- Removes the transactions of the initialization, which would be errant.
RESET BINARY LOGS AND GTIDS;

CHANGE REPLICATION SOURCE TO
    SOURCE_HOST = 'db1',
    SOURCE_USER = 'replication',
    SOURCE_PASSWORD = 'replication',
    SOURCE_AUTO_POSITION = 1,
    SOURCE_CONNECT_RETRY = 1,
    SOURCE_RETRY_COUNT = 86400,
    GET_SOURCE_PUBLIC_KEY = 1;

SET PERSIST super_read_only = ON;
