package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.server.ingest.Offers.Standing;
import dev.waxwing.server.ingest.TextBlocks.Top;
import dev.waxwing.wire.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known under the counters and ids of a batch of texts, and what has come to be known in it. Most texts are new, so none is
 * hashed before another has its counter or its id; and most come in the order of both, so none is looked up that is beyond all that
 * are known. Not safe for threads.
 */
final class KnownOffers {

    private final Map<String, OfDevice> devices = new HashMap<>();

    /** Looks up what is held, one device after the other. */
    static KnownOffers of(Collection<TextOffer> batch, Offers held) {
        KnownOffers known = new KnownOffers();
        Map<String, List<TextOffer>> byDevice = batch.stream().collect(Collectors.groupingBy(TextOffer::device));
        byDevice.forEach((device, texts) -> known.devices.put(device, OfDevice.of(device, texts, held)));
        return known;
    }

    /** How a text of the batch compares with what is known. */
    Standing standing(TextOffer text) {
        return known(text.device()).standing(text);
    }

    /** A text of the batch is held from now on. */
    void add(TextOffer text) {
        known(text.device()).add(text);
    }

    /** How far the texts of a device of the batch reached before. */
    Top top(String device) {
        return known(device).top;
    }

    private OfDevice known(String device) {
        return Objects.requireNonNull(devices.get(device), "a device of the batch");
    }

    private static final class OfDevice {

        private final Map<Long, Supplier<Offer>> byCounter = new HashMap<>();
        private final Map<ItemId, Supplier<Offer>> byId = new HashMap<>();

        /** Texts of the batch that nothing was compared with yet. */
        private final List<TextOffer> added = new ArrayList<>();

        private final Top top;
        private long highestCounter;
        private Bytes highestId;

        private OfDevice(Top top) {
            this.top = top;
            this.highestCounter = top.counter();
            this.highestId = top.id();
        }

        static OfDevice of(String device, List<TextOffer> texts, Offers held) {
            Offers.Known known =
                    held.known(device, texts.stream().map(TextOffer::key).toList());
            OfDevice found = new OfDevice(known.top());
            for (Offer offer : known.offers()) {
                found.index(offer.key(), () -> offer);
            }
            return found;
        }

        Standing standing(TextOffer text) {
            if (text.counter() > highestCounter && text.id().value().compareTo(highestId) > 0) {
                return Standing.NEW;
            }
            added.forEach(other -> index(other.key(), other::offer));
            added.clear();
            List<Offer> found = Stream.of(byCounter.get(text.counter()), byId.get(text.id()))
                    .filter(Objects::nonNull)
                    .map(Supplier::get)
                    .toList();
            return found.isEmpty() ? Standing.NEW : Standing.of(text.offer(), found.stream());
        }

        void add(TextOffer text) {
            added.add(text);
            raise(text.counter(), text.id());
        }

        private void index(Offers.Key key, Supplier<Offer> offer) {
            byCounter.put(key.counter(), offer);
            byId.put(key.id(), offer);
            raise(key.counter(), key.id());
        }

        private void raise(long counter, ItemId id) {
            highestCounter = Math.max(highestCounter, counter);
            highestId = id.value().compareTo(highestId) > 0 ? id.value() : highestId;
        }
    }
}
