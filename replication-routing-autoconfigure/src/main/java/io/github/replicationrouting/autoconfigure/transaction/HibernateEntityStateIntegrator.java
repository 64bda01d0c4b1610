package io.github.replicationrouting.autoconfigure.transaction;

import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.integrator.spi.Integrator;

/**
 * Registers a {@link HibernateEntityStateListener} with every session factory. Hibernate finds this class through its
 * service file, so factories that the application builds itself are covered as well.
 */
public final class HibernateEntityStateIntegrator implements Integrator {

    @Override
    public void integrate(Metadata metadata, BootstrapContext bootstrap, SessionFactoryImplementor factory) {
        EventListenerRegistry registry = factory.getServiceRegistry().requireService(EventListenerRegistry.class);
        HibernateEntityStateListener listener = new HibernateEntityStateListener();
        registry.prependListeners(EventType.PERSIST, listener);
        registry.prependListeners(EventType.PERSIST_ONFLUSH, listener);
        registry.prependListeners(EventType.MERGE, listener);
    }
}
