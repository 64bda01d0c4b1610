-- Run once, when the primary's data directory is new. The replicas get these users by replication.
CREATE USER 'replication'@'%' IDENTIFIED BY 'replication';
GRANT REPLICATION SLAVE ON *.* TO 'replication'@'%';

-- Lets the router see the state of replication; it works without, and says what it misses.
GRANT REPLICATION CLIENT ON *.* TO 'shop'@'%';
