package io.github.replicationrouting.conflict;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Records the transactions of a data source; a commit may fail and roll back, as where servers certify commits. */
final class RecordingTransactionManager extends DataSourceTransactionManager {

    private static final long serialVersionUID = 1L;

    private final transient List<String> log = new ArrayList<>();
    private final transient List<RuntimeException> commitFailures = new ArrayList<>();

    RecordingTransactionManager(DataSource dataSource) {
        super(dataSource);
        setRollbackOnCommitFailure(true);
    }

    List<String> log() {
        return log;
    }

    void failNextCommit(RuntimeException failure) {
        commitFailures.add(failure);
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        log.add("begin");
        super.doBegin(transaction, definition);
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        if (!commitFailures.isEmpty()) {
            throw commitFailures.remove(0);
        }
        super.doCommit(status);
        log.add("commit");
    }

    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        super.doRollback(status);
        log.add("rollback");
    }
}
