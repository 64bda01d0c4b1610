package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationRowsTest {

    @Test
    void whenColumnsHaveCurrentNamesShouldReadThem() throws SQLException {
        assertThat(
                        mysql(
                                "SELECT '10.0.0.1' \"Source_Host\", 3306 \"Source_Port\", 'Yes' \"Replica_IO_Running\","
                                        + " 'No' \"Replica_SQL_Running\", NULL \"Seconds_Behind_Source\", 0 \"Last_IO_Errno\","
                                        + " 1062 \"Last_SQL_Errno\", 'a-uuid' \"Source_UUID\", 30 \"SQL_Delay\", 'c1' \"Channel_Name\""))
                .containsExactly(new ReplicationChannel(
                        "c1",
                        "10.0.0.1",
                        3306,
                        "a-uuid",
                        null,
                        Receiver.ON,
                        false,
                        null,
                        Duration.ofSeconds(30),
                        1062));
    }

    @Test
    void whenColumnsHaveEarlierNamesShouldReadThem() throws SQLException {
        assertThat(mysql("SELECT 'h' \"Master_Host\", 3306 \"Master_Port\", 'Connecting' \"Slave_IO_Running\","
                        + " 'Yes' \"Slave_SQL_Running\", 7 \"Seconds_Behind_Master\", 2003 \"Last_IO_Errno\","
                        + " 0 \"Last_SQL_Errno\", '' \"Master_UUID\", 0 \"SQL_Delay\", '' \"Channel_Name\""))
                .containsExactly(new ReplicationChannel(
                        "",
                        "h",
                        3306,
                        null,
                        null,
                        Receiver.CONNECTING,
                        true,
                        Duration.ofSeconds(7),
                        Duration.ZERO,
                        2003));
    }

    @Test
    void whenMariaDbShowsAServerIdShouldReadItAsTheSource() throws SQLException {
        String status = "SELECT 'ch' \"Connection_name\", 'h' \"Master_Host\", 3306 \"Master_Port\","
                + " 'No' \"Slave_IO_Running\", 'Yes' \"Slave_SQL_Running\", %d \"Master_Server_Id\"";
        assertThat(mariaDb(status.formatted(12)))
                .containsExactly(new ReplicationChannel(
                        "ch", "h", 3306, "12", null, Receiver.OFF, true, null, Duration.ZERO, 0));
        assertThat(mariaDb(status.formatted(0)).get(0).sourceId()).isNull();
    }

    @Test
    void whenFiltersAreSetShouldReadThem() throws SQLException {
        assertThat(mysql("SELECT 'h' \"Source_Host\", 'shop' \"Replicate_Do_DB\", '' \"Replicate_Ignore_DB\","
                        + " '(a,b)' \"Replicate_Rewrite_DB\""))
                .extracting(ReplicationChannel::filters)
                .containsExactly(List.of("replicate_do_db=shop", "replicate_rewrite_db=(a,b)"));
        assertThat(mariaDb("SELECT 'h' \"Master_Host\", 'shop.log%' \"Replicate_Wild_Ignore_Table\","
                        + " '2' \"Replicate_Ignore_Domain_Ids\""))
                .extracting(ReplicationChannel::filters)
                .containsExactly(List.of("replicate_wild_ignore_table=shop.log%", "replicate_ignore_domain_ids=2"));
        assertThat(mysql("SELECT 'h' \"Source_Host\"").get(0).filters()).isEmpty();
    }

    /** As Amazon RDS configures its replicas. */
    @Test
    void whenOnlySystemTablesAreIgnoredShouldReadNoFilter() throws SQLException {
        assertThat(mysql("SELECT 'h' \"Source_Host\","
                        + " 'mysql.rds_sysinfo,innodb_memcache.cache_policies' \"Replicate_Ignore_Table\","
                        + " 'mysql.%' \"Replicate_Wild_Ignore_Table\", 'mysql' \"Replicate_Ignore_DB\""))
                .extracting(ReplicationChannel::filters)
                .containsExactly(List.of());
        assertThat(mysql("SELECT 'h' \"Source_Host\", 'mysql.rds_sysinfo,shop.log' \"Replicate_Ignore_Table\","
                        + " 'mysqlshop' \"Replicate_Ignore_DB\""))
                .extracting(ReplicationChannel::filters)
                .containsExactly(List.of("replicate_ignore_db=mysqlshop", "replicate_ignore_table=shop.log"));
    }

    @Test
    void whenTheSourceIsKnownShouldReadTheExecutedPosition() throws SQLException {
        assertThat(mysql("SELECT 'a-uuid' \"Source_UUID\", 'binlog.000007' \"Relay_Source_Log_File\","
                        + " 4294967299 \"Exec_Source_Log_Pos\""))
                .extracting(ReplicationChannel::executed)
                .containsExactly(BinlogPosition.of("a-uuid", "binlog.000007", 4_294_967_299L));
        assertThat(mysql("SELECT 'a-uuid' \"Master_UUID\", 'binlog.000007' \"Relay_Master_Log_File\","
                        + " 157 \"Exec_Master_Log_Pos\""))
                .extracting(ReplicationChannel::executed)
                .containsExactly(BinlogPosition.of("a-uuid", "binlog.000007", 157));
        assertThat(mariaDb("SELECT 12 \"Master_Server_Id\", 'mariadb-bin.000007' \"Relay_Master_Log_File\","
                        + " 157 \"Exec_Master_Log_Pos\""))
                .extracting(ReplicationChannel::executed)
                .containsExactly(BinlogPosition.of("12", "mariadb-bin.000007", 157));
    }

    @Test
    void whenTheSourceIsUnknownShouldReadNoPosition() throws SQLException {
        assertThat(mysql("SELECT '' \"Source_UUID\", 'binlog.000007' \"Relay_Source_Log_File\","
                                + " 157 \"Exec_Source_Log_Pos\"")
                        .get(0)
                        .executed())
                .isNull();
        assertThat(mysql("SELECT 'a-uuid' \"Source_UUID\", '' \"Relay_Source_Log_File\", 0 \"Exec_Source_Log_Pos\"")
                        .get(0)
                        .executed())
                .isNull();
    }

    @Test
    void whenThereIsNoRowShouldReadNoChannel() throws SQLException {
        assertThat(mysql("SELECT 'h' \"Source_Host\" WHERE 1 = 0")).isEmpty();
    }

    private static List<ReplicationChannel> mysql(String sql) throws SQLException {
        return read(sql, "channel_name", "source_uuid");
    }

    private static List<ReplicationChannel> mariaDb(String sql) throws SQLException {
        return read(sql, "connection_name", "source_server_id");
    }

    private static List<ReplicationChannel> read(String sql, String name, String sourceId) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            Replication read = Statements.query(connection, sql, rows -> ReplicationRows.read(rows, name, sourceId));
            return ((Replication.Channels) read).channels();
        }
    }
}
