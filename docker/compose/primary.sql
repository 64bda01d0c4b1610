-- Run once, when the primary's data directory is new. The replicas get these users by replication.
CREATE USER 'replication'@'%' IDENTIFIED BY 'replication';
GRANT REPLICATION SLAVE ON *.* TO 'replication'@'%';

-- Optional: lets the router see the state of replication. Without it the router logs the missing grant.
GRANT REPLICATION CLIENT ON *.* TO 'shop'@'%';
