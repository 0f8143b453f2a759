package pace

import "context"

// Wait is Release for a caller who writes at once.
func (p *Pacer) Wait(ctx context.Context) error {
	err := p.Release(ctx)
	if err == nil {
		p.Written()
	}
	return err
}
