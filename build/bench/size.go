package bench

import (
	"context"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"
)

// brotliQuality is what the bars of the design are stated in.
const brotliQuality = 11

func pageBrotli(ctx context.Context, s *subject) ([]float64, error) {
	return brotliSize(ctx, s, "page")
}

func engineBrotli(ctx context.Context, s *subject) ([]float64, error) {
	return brotliSize(ctx, s, "engine")
}

func pageGzip(ctx context.Context, s *subject) ([]float64, error) { return gzipSize(ctx, s, "page") }

func engineGzip(ctx context.Context, s *subject) ([]float64, error) {
	return gzipSize(ctx, s, "engine")
}

func brotliSize(ctx context.Context, s *subject, program string) ([]float64, error) {
	dir, err := s.site(ctx)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, "web", program+".wasm"))
	if err != nil {
		return nil, err
	}
	var size count
	writer := brotli.NewWriterOptions(&size, brotli.WriterOptions{Quality: brotliQuality, LGWin: 24})
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	return []float64{float64(size)}, writer.Close()
}

// gzipSize is what the site ships and a visitor's browser transfers.
func gzipSize(ctx context.Context, s *subject, program string) ([]float64, error) {
	dir, err := s.site(ctx)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(filepath.Join(dir, "web", program+".wasm.gz"))
	if err != nil {
		return nil, err
	}
	return []float64{float64(info.Size())}, nil
}

// count counts the bytes written to it.
type count int

func (c *count) Write(p []byte) (int, error) {
	*c += count(len(p))
	return len(p), nil
}
